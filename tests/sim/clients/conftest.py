pytest_plugins = ["sesame_sim_pytest", "pytester"]
