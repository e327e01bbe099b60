"""The Python client and the pytest fixtures against a real `sesame bank` and a real `sesame sim`: SESAME is the path of the
program."""

import pytest

from sesame_sim import Bank, Customer, CustomerReader, Json, SesameError, Simulator, Tenant

DAY = 24 * 60 * 60 * 1000
PAYEE = {"name": "Boulangerie Exemple", "iban": "FR1420041010050500013M02606"}
BOB = {"subscriptions": [{"client_id": "10003000", "users": [
    {"number": "1", "name": "Bob", "user_code": "BOB00001", "email": "bob@example.org", "password": {"value": "Premier-Mot-9"},
     "confidential_code": {"value": "tournesol7"}, "card": {"template": "bank-card", "pin": "4321"}}]}]}

used: list[Tenant] = []


def test_a_customer_logs_in_with_a_code_of_their_reader_and_off(
        bank: Tenant, customer: Customer, reader: CustomerReader) -> None:
    used.append(bank)
    session = bank.open()
    assert session.view["level"] == "anonymous"
    session.log_in_by_code(site="coopanet", user_code=customer.user_code or "", code=reader.code())
    assert session.view["level"] == "strong"
    assert session.view["user"]["name"] == customer.name
    assert [one["label"] for one in session.accounts()] == ["Compte courant", "Livret"]
    assert session.log_out()["level"] == "anonymous"
    with pytest.raises(SesameError, match="no_session"):
        session.accounts()


def test_a_bank_ends_with_its_test() -> None:
    with pytest.raises(SesameError) as raised:
        used[0].get()
    assert (raised.value.status, raised.value.code) == (404, "unknown")


def test_a_code_is_accepted_once_and_the_last_try_is_told(bank: Tenant, customer: Customer, reader: CustomerReader) -> None:
    code = reader.code()
    bank.open().log_in_by_code("coopaccess", code, **customer.identifier("coopaccess"))
    for last_try in (False, True):
        with pytest.raises(SesameError) as raised:
            bank.open().log_in_by_code("coopaccess", code, **customer.identifier("coopaccess"))
        assert (raised.value.code, raised.value.body["last_try"]) == ("refused", last_try)


def test_a_transfer_is_signed_with_what_its_inputs_ask(customer: Customer, reader: CustomerReader) -> None:
    session = customer.log_in(reader)
    account = session.accounts()[0]
    operation = session.begin("instant_transfer", account=account["id"], amount="12.34", **PAYEE)
    assert operation["method"] == "tds"
    assert session.finish(operation, reader.code(operation))["session"]["level"] == "strong"
    moved = session.json("GET", f"accounts/{account['id']}/transactions")["transactions"]
    assert moved[0]["amount"] == "-12.34"


@pytest.mark.sesame_bank(seed=BOB, rules={"strong_days": 180}, now_ms=1_700_000_000_000)
@pytest.mark.sesame_reader(profile="sesame")
def test_a_mark_chooses_the_bank_and_its_reader(bank: Tenant, customer: Customer, reader: CustomerReader) -> None:
    assert reader.get()["profile"] == "sesame"
    session = customer.log_in(reader)
    assert session.view["user"]["name"] == "Bob"
    login = {**customer.identifier("coopaccess"), "confidential_code": "tournesol7"}
    assert bank.advance(180 * DAY - 1) == 1_700_000_000_000 + 180 * DAY - 1
    assert bank.open().log_in_by_confidential_code(**login)["access"] == "limited"
    bank.advance(1)
    assert bank.open().log_in_by_confidential_code(**login)["access"] == "must_prove"
    with pytest.raises(SesameError, match="unknown_function"):
        reader.code({"method": "tds", "inputs": []})


def test_the_next_message_is_waited_for(bank: Tenant, customer: Customer, reader: CustomerReader) -> None:
    session = customer.log_in(reader)
    operation = session.begin("contact", email="a@example.org")
    session.finish(operation, bank.next_message(kind="sms")["values"]["code"])
    assert session.get()["user"]["email"] == "a@example.org"
    with pytest.raises(SesameError, match="message_timeout"):
        bank.next_message(timeout_ms=1)
    assert len(bank.outbox()) == 1
    assert [row["event"] for row in bank.audit()] == ["login", "contact"]


def test_a_bank_has_more_customers_when_a_test_wants_them(bank: Tenant, sesame: Simulator, sesame_bank: Bank) -> None:
    bob, = bank.add_customers(BOB)
    assert bob.log_in(bob.reader(sesame)).view["user"]["name"] == "Bob"
    assert bank.open().log_in_by_password("Premier-Mot-9", **bob.identifier("savings"))["site"] == "savings"
    assert len(sesame_bank.tenant(bank.id).customers) == len(bank.customers)
    assert bank.id in [one["id"] for one in sesame_bank.tenants()]
    bank.delete()  # a test may do that itself


def test_a_bank_begins_with_what_another_one_has(
        bank: Tenant, customer: Customer, reader: CustomerReader, sesame_bank: Bank) -> None:
    before = customer.log_in(reader)
    again = sesame_bank.create_tenant(state=bank.export_state())
    assert again.customer.log_in(reader).accounts() == before.accounts()
    again.delete()


def test_a_wrong_pin_is_an_error(bank: Tenant, reader: CustomerReader) -> None:
    fields: Json = {**bank.customer.fields, "card": {"toml": "", "pin": "9999"}}
    other = CustomerReader(reader.simulator, reader.id, Customer(bank, fields), {"identify": "M1"})
    with pytest.raises(SesameError, match="no_code"):
        other.code()


def test_a_failed_test_reports_the_audit_of_its_bank(
        pytester: pytest.Pytester, sesame: Simulator, sesame_bank: Bank) -> None:
    pytester.makepyfile("""
        def test_login(customer, reader):
            customer.log_in(reader)
            assert False
    """)
    report = pytester.runpytest("-p", "sesame_sim.pytest_plugin", "--sesame-url", sesame.url, "--sesame-bank-url", sesame_bank.url)
    report.assert_outcomes(failed=1)
    report.stdout.fnmatch_lines(["*reader screen*", "*card dialogue*", "*bank audit*", '*"event": "login"*'])
    assert sesame_bank.tenants()  # one that ran already goes on


def test_a_bank_that_does_not_start_says_why() -> None:
    with pytest.raises(SesameError) as raised:
        Bank.launch(args=["--store", "/dev/null/issuer.db", "--folder", "/dev/null/bank"])
    assert raised.value.code == "bank_failed"
    assert "/dev/null" in str(raised.value)
