pytest_plugins = ["sesame_sim.pytest_plugin", "pytester"]
