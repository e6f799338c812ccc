"""Where a rule sees more than its caller: each use is on the list, with its reason."""

import ast
from collections.abc import Iterator

import config

APP = config.PROJECT / "app"

# Operations that look or write beyond their caller, and why they may.
ELEVATED = {
    "operations/accounts.py": [
        "ask for a new password",
        "confirm an address",
        "set a new password",
        "sign up",
    ],
    "operations/applications.py": [
        "give places",
        "keep an application",
        "read an application's wishes",
        "send an application",
        "send an application",
    ],
    "operations/care.py": [
        "log the reading of encrypted columns",
    ],
    "operations/certificate.py": [
        "look whether a certificate can be made",
        "print a certificate of payment",
    ],
    "operations/checks.py": [
        "prove the rules",
    ],
    "operations/consents.py": [
        "consent to photographs",
    ],
    "operations/delegations.py": [
        "confirm a delegation",
        "count a wrong code",
        "record a delegation",
        "revoke a delegation",
        "send a delegation's code",
    ],
    "operations/enrollments.py": [
        "accept a place",
        "an offer expires",
        "change the places",
        "give up a place",
        "offer a place out of turn",
        "promotion",
        "take a place",
        "the place in the queue",
    ],
    "operations/grants.py": [
        "a credit expires",
        "give a credit",
        "open a plan's account",
        "the account of a plan",
    ],
    "operations/identities.py": [
        "sign in by a digital identity",
    ],
    "operations/imports.py": [
        "say how far a table has grown",
        "what an import replaced",
        "where the trail stands",
    ],
    "operations/invitations.py": [
        "accept an invitation",
        "invite",
        "look at an invitation",
    ],
    "operations/keys.py": [
        "make a key of a program",
        "revoke a key of a program",
    ],
    "operations/ledger.py": [
        "fund an account",
        "reverse a transfer",
    ],
    "operations/payer_funds.py": [
        "open a fund's account",
        "the account of a fund",
    ],
    "operations/notice_paper.py": [
        "print a payment notice",
    ],
    "operations/payment_receipts.py": [
        "take receipts of payments in",
        "try receipts of payments out",
    ],
    "operations/receipt_paper.py": [
        "print a receipt of enrolment",
    ],
    "operations/payees.py": [
        "say how a body is paid",
    ],
    "operations/payments.py": [
        "an unpaid place is freed",
        "cancel a payment notice",
        "issue a payment notice",
    ],
    "operations/people.py": [
        "enter a person",
        "link an account with a person",
        "the ages of open enrolments",
    ],
    "operations/requests.py": [
        "a step of a request",
        "ask for a service",
        "what a request names",
    ],
    "operations/roles.py": [
        "change a role",
        "make a role",
        "narrow a seat",
    ],
    "operations/roster.py": [
        "the roster of the slots that one runs",
    ],
    "operations/runs.py": [
        "ask for a job's run",
    ],
    "operations/seats.py": [
        "note that one was shown round",
    ],
    "operations/slots.py": [
        "whether people are enrolled",
    ],
    "operations/tokens.py": [
        "begin a family of tokens",
        "end a family of tokens",
        "renew a token",
    ],
    "operations/fee_schemes.py": ["price places by a scheme"],
    "operations/isees.py": ["declare an ISEE", "read an ISEE"],
    "operations/payers.py": ["who would pay for places"],
    "operations/paying.py": [
        "a place has begun",
        "who pays for the family's places",
    ],
    "operations/attendance.py": ["record an attendance", "record who was present"],
    "operations/plan_use.py": ["the months of a plan's use"],
    "operations/attended.py": ["count who came to the slots that one runs"],
    "operations/absences.py": ["the absences that a workshop allows"],
    "operations/wishes.py": ["what wishes name"],
    "operations/complaints.py": [
        "answer a complaint",
        "check a declaration",
        "draw a sample of declarations",
        "file a complaint",
        "put a declared fact right",
    ],
    "operations/ranking_final.py": ["make a ranking final"],
    "operations/ranking_reasons.py": ["why a list is as it is"],
    "operations/ranking_runs.py": ["compute a run again", "run a ranking", "run a ranking"],
    "operations/rankings.py": [
        "declare for a ranking",
        "the workshops of a ranking",
        "the workshops of a ranking",
        "what a ranking asks",
        "what was declared for a ranking",
    ],
    "operations/works.py": [
        "note what became of the rows of a long work",
        "stop one's own long work",
    ],
}
# What else could see past the policy: the modules that use it, and what for.
ROADS = {
    "raw_connection": {
        "query/road.py": "streams statements with the policy compiled in",
        "transaction.py": "names the actor to the trigger; carries elevation",
    },
    "bare": {
        "query/road.py": "statements with the policy compiled in",
        "statements.py": "those on the next list",
        "transaction.py": "proves a token, and names the actor",
        "scope.py": "checks written rows by one SELECT",
    },
    "connection": {
        "demo/multitude.py": "loads families by the ten thousand",
        "transaction.py": "the method itself, for the system",
        "demo/acting.py": "loads the demo as the seats that would have typed it",
    },
    "get_bind": {
        "transaction.py": "an elevated session works on its caller's connection",
        "operations/delegations.py": "counts a wrong code whatever becomes of the caller's work",
        "portal/site.py": "the public's session beside the signed-in reader's",
    },
    "open_session": {
        "web.py": "the browser's cookie: a method of Flask's of the same name",
        "demo/multitude.py": "loads families by the ten thousand",
        "cli.py": "commands",
        "roles.py": "writes the roles at upgrade",
        "demo/acting.py": "loads the demo as the seats that would have typed it",
        "jobs/runs.py": "jobs",
        "jobs/sender.py": "jobs",
        "jobs/works.py": "jobs",
        "operations/delegations.py": "counts a wrong code whatever becomes of the caller's work",
        "portal/site.py": "the public's session",
    },
    "create_engine": {
        "web.py": "a web worker's",
        "cli.py": "commands",
        "roles.py": "writes the roles at upgrade",
        "jobs/runner.py": "jobs",
    },
    "Principal": {
        "transaction.py": "the public's, the system's and a seat's",
        "security/principal.py": "a token's",
        "query/road.py": "a kind of seat, to compile a statement for",
    },
    "seated": {
        "security/principal.py": "the request's, and that of long work",
        "demo/acting.py": "loads the demo as the seats that would have typed it",
    },
    "raw": {
        "inserts.py": "enters a row, and checks it afterwards",
        "questions.py": "for elevated sessions alone",
        "statements.py": "for raw_last, where nothing waits for it",
        "operations/idempotency.py": "keeps an answer, which no seat reads",
        "operations/outbox.py": "writes a letter, which its writer may not read",
        "operations/ranking_final.py": "gives all places of a list, in an elevated session",
        "operations/ranking_runs.py": "keeps a run's many rows, in an elevated session",
        "operations/states.py": "records a change of state",
        "operations/telling.py": "writes letters, which their writer may not read",
    },
    "raw_last": {
        "operations/places.py": "takes places, in an elevated session",
    },
    "settled": {
        "statements.py": "the last statement of a work, with its COMMIT",
    },
    "exec_driver_sql": {
        "demo/multitude.py": "loads families by the ten thousand",
    },
}
# Flask-AppBuilder's own session for accounts and roles.
ACCOUNTS = {
    "security/__init__.py": "hands it on",
    "security/manager.py": "Flask-AppBuilder's; binds it to the database",
    "security/principal.py": "finds the holder of a key",
    "security/seats.py": "its own: reads an account's seats",
    "security/signing.py": "notes who signed in",
    "status.py": "asks whether the database is there",
}


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Every call in the application: the module, the call, the name that is called."""
    for file in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else ""
                name = called.id if isinstance(called, ast.Name) else name
                yield str(file.relative_to(APP)), node, name


def users(*names: str) -> dict[str, set[str]]:
    """The modules that call each of these."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for module, _, name in calls():
        if name in found:
            found[name].add(module)
    return found


def test_every_elevation_is_on_the_list_with_its_reason() -> None:
    found: dict[str, list[str]] = {}
    for module, call, name in calls():
        if name in ("elevated", "ask_first"):
            assert len(call.args) == 2, f"{module}:{call.lineno} gives no reason"
            reason = call.args[1]
            if module == "questions.py":
                continue  # It hands on the reason that it is given.
            assert isinstance(reason, ast.Constant), f"{module}:{call.lineno} reason is no text"
            found.setdefault(module, []).append(str(reason.value))
    assert {module: sorted(reasons) for module, reasons in found.items()} == ELEVATED


def test_no_other_module_takes_a_road_past_the_policy() -> None:
    found = users(*ROADS)
    assert found == {name: set(modules) for name, modules in ROADS.items()}


def test_only_operations_elevate() -> None:
    assert all(module.startswith("operations/") for module in ELEVATED)


def names_the_session_of_accounts(node: ast.AST) -> bool:
    """Whether the node makes it, imports it, or reaches for it in its module."""
    match node:
        case ast.Assign([ast.Name(id="accounts")], ast.Call(ast.Name(id="scoped_session"))):
            return True
        case ast.ImportFrom(module="app.security" | "app.security.seats", names=names):
            return "accounts" in {one.name for one in names}
        case ast.Attribute(value=ast.Name(id="security" | "seats"), attr="accounts"):
            return True
    return False


def test_the_session_of_accounts_is_used_nowhere_else() -> None:
    found = {
        str(file.relative_to(APP))
        for file in APP.rglob("*.py")
        if any(map(names_the_session_of_accounts, ast.walk(ast.parse(file.read_text()))))
    }
    assert found == set(ACCOUNTS)


def test_no_one_sets_the_principal_of_a_session_but_these() -> None:
    found = set()
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            if any("'principal'" in ast.unparse(target) for target in targets):
                found.add(str(file.relative_to(APP)))
    assert found == {"transaction.py", "security/principal.py"}
