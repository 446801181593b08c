"""The wordings of liability and equity rows, best first, and the order in which concepts are decided."""

from services.extraction.balance_rules import (
    ASSET_SIDE,
    CASH,
    CURRENT_LIABILITIES,
    HOLDING,
    INTANGIBLES,
    INVENTORY,
    LIABILITIES,
    OWED_LATER,
    OWED_LATER_SURELY,
    OWED_NOW,
    RECEIVABLES,
    SHORT_TERM_INVESTMENTS,
    TOTALS,
)
from services.extraction.matching_rows import Rule

PAYABLE_NOT = (
    r"tax|dividend|interest|notes payable|wage|salar|compensation|related part"
    r"|affiliate|loan|long term|noncurrent|benefits|reinsur|claims|bonds"
    r"|distribution|construction|floor plan|commission"
)
PAYABLES = (
    Rule(r"total (?:trade |accounts )+payables?", PAYABLE_NOT, OWED_NOW),
    Rule(
        r"(?:trade )?(?:accounts |trade )?payables?(?: trade| principally trade| "
        r"current| to suppliers| net)?(?: including .*| primarily .*)?",
        PAYABLE_NOT,
        OWED_NOW,
    ),
    Rule(
        r"creditors|accounts (?:and drafts|and notes|and wages) payable|(?:accounts payable"
        r"|trade) (?:creditors|and book overdrafts?|outstanding checks)|book "
        r"overdrafts and accounts payable|trade accounts|vendor payables|trade "
        r"creditors",
        "tax",
        OWED_NOW,
        0.93,
    ),
    Rule(
        r"(?:trade |accounts )+payables? and (?:other )?(?:accrued|other|current).*"
        r"|trade and other payables",
        "tax|long term|noncurrent|compensation",
        frozenset({CURRENT_LIABILITIES}),
        0.7,
    ),
)
DEBT = (
    r"(?:debt|borrowings?|indebtedness|obligations?|notes(?: payable)?|loans?(?: "
    r"payable)?|bonds|term loans?|senior notes|(?:bank )?credit facilit(?:y|ies))"
)
SHORT_DEBT = (
    Rule(
        r"total (?:current debt|short term (?:debt|borrowings)|debt due within one "
        r"year|current portion of .*debt.*)",
        "lease(?!.*debt)",
        OWED_NOW,
    ),
    Rule(
        r".*(?:short term|commercial paper|notes|loans|borrowings|debt).*\band "
        r"(?:the )?(?:current|long term).*(?:portion|maturit|installment|debt due"
        r"|payable within).*",
        "^total|less|excluding|accrued",
        OWED_NOW,
        0.98,
    ),
    Rule(
        r"(?:debt|borrowings|long term debt|debt and .*lease.*|debt obligations) "
        r"(?:due|payable|maturing) within (?:one|a|twelve|12)? ?(?:year|months?|12 "
        r"months).*",
        "",
        OWED_NOW,
        0.98,
    ),
    Rule(
        r"(?:short term|current) (?:debt|borrowings?)(?: net| and .*| including .*| "
        r"current| obligations)?",
        "maturities of long",
        OWED_NOW,
        0.96,
    ),
    Rule(
        r"debt(?: current| net| short term)?|term debt(?: current)?|short term "
        r"indebtedness|(?:bank )?borrowings|loans and borrowings|interest bearing "
        r"(?:loans and )?(?:borrowings|liabilities)(?: current)?",
        "noncurrent|long",
        frozenset({CURRENT_LIABILITIES}),
        0.95,
    ),
    Rule(
        rf"(?:current|short term)?\s?(?:portion|maturities|installments|instalments"
        rf"|obligations) (?:of|on|under) .*{DEBT}.*",
        r"operating lease|deferred|contract|grant|^(?:current )?(?:portion"
        r"|maturities) of (?:finance|capital|operating)? ?lease",
        OWED_NOW,
        0.93,
    ),
    Rule(
        r"(?:long term debt|notes payable|term loan|debt|convertible (?:senior "
        r")?notes|senior notes)(?: net)? (?:current|current portion|current "
        r"maturities|due within one year|current portion net|payable within one year)"
        r"(?: net)?",
        "",
        OWED_NOW,
        0.95,
    ),
    Rule(r"(?:current|currently) (?:maturing )?(?:portion|maturities).*debt.*", "", OWED_NOW, 0.93),
    Rule(
        r"(?:commercial paper|notes payable|loans and notes payable|loans payable"
        r"|bank loans|short term notes(?: payable)?|notes and loans payable|short "
        r"term loans|bank overdrafts and loans|revolving credit facility|notes "
        r"payable to banks)(?: and .*)?",
        "long term|accounts|trade",
        frozenset({CURRENT_LIABILITIES}),
        0.85,
    ),
)
DEFERRED_REVENUE = (
    Rule(
        r"(?:current |total |short term )?(?:deferred|unearned) (?:revenues?|income)"
        r"(?: current| net| current portion| and customer (?:deposits|advances)| and "
        r"other)?",
        "tax",
        OWED_NOW,
    ),
    Rule(
        r"(?:current )?(?:portion of |maturities of )?(?:deferred|unearned) "
        r"(?:revenues?|income).*",
        "tax|noncurrent|long term|invest",
        OWED_NOW,
        0.93,
    ),
    Rule(
        r"(?:current )?contract liabilities(?: current| and .*| net)?",
        "noncurrent|long term|^total",
        OWED_NOW,
        0.95,
    ),
    Rule(
        r"(?:current portion of )?(?:deferred (?:membership|subscription|franchise) "
        r"fees|deferred (?:service |subscription |maintenance )?revenues?(?: and .*)?"
        r"|advances? (?:and|from) .*customers?|advances and billings in excess.*"
        r"|contract advances.*|customer (?:advances|deposits|prepayments)(?: and .*)?"
        r"|billings in excess of .*|advance(?:d)? (?:payments|billings).*|air "
        r"traffic liability|unearned (?:premiums|subscriptions?|fees))",
        "noncurrent|long term",
        frozenset({CURRENT_LIABILITIES}),
        0.82,
        "only",
    ),
)
LATER_NOT = (
    r"current (?:portion|maturit)(?!ies excluded)|operating lease|deferred|due "
    r"within|tax|pension|retirement|^total other|purchase obligations"
    r"|environmental|asset|performance"
)
NET_OF_CURRENT = r" (?:net|less|excluding|exclusive)\b.*"
LONG_TERM = (
    r"(?:net )?(?:noncurrent |long term )(?:debt|borrowings?|indebtedness|debt "
    r"obligations|loans|financial debt)"
)
AND_LEASES = (
    r"(?: and (?:finance |capital |financing |obligations under )*leases?.*?| obligations| "
    r"noncurrent| including .*?| due after one year| payable to .*?| due .*?)?"
)
MAYBE_NET = rf"(?:{NET_OF_CURRENT})?"
LONG_DEBT = (
    Rule(rf"(?:total )?{LONG_TERM}{AND_LEASES}{NET_OF_CURRENT}", "", OWED_LATER, 0.99, "last"),
    Rule(rf"{LONG_TERM}{AND_LEASES}", "", OWED_LATER, 0.985, "last"),
    Rule(rf"total {LONG_TERM}{AND_LEASES}", "", OWED_LATER, 0.97, "last"),
    Rule(
        r"(?:debt|term debt|borrowings|indebtedness|notes and debentures|debt and "
        r"(?:finance|capital|financing)? ?leases? (?:obligations|liabilities)|debt "
        r"obligations|loans and borrowings|interest bearing (?:loans and "
        r")?(?:borrowings|liabilities)|long term notes(?: payable)?.*|(?:convertible "
        r")?(?:senior )?(?:subordinated )?(?:secured |unsecured )?notes(?: payable)?"
        r"|long term obligations|bank loans|term loans?|(?:revolving )?credit "
        r"facilit(?:y|ies))(?: net| noncurrent| long term| due after one year)*" + MAYBE_NET,
        "",
        OWED_LATER_SURELY,
        0.95,
        "only",
    ),
    Rule(
        r".*\b(?:long term|noncurrent) (?:portion of )?(?:debt|borrowings).*|(?:debt"
        r"|borrowings|notes payable|loans?).* (?:noncurrent|long term)(?: portion)?",
        r"current (?:portion|maturit)|due within|^short",
        OWED_LATER_SURELY,
        0.92,
        "only",
    ),
    Rule(
        r"(?:total (?:debt|borrowings|indebtedness))" + MAYBE_NET,
        "",
        frozenset({LIABILITIES}),
        0.85,
        "only",
    ),
    Rule(
        r"(?:\w+ ){0,3}(?:debt|borrowings|notes(?: payable)?|indebtedness|term loans?"
        r"|bonds payable|loans payable|line of credit|credit facility)" + MAYBE_NET,
        "trade|accounts|deposit|short term|current|^total|federal funds|repurchase",
        frozenset({LIABILITIES}),
        0.8,
        "only",
    ),
)
RETAINED = (
    Rule(r"total retained (?:earnings|deficit).*"),
    Rule(
        r"(?:retained earnings|reinvested earnings|earnings reinvested|retained "
        r"income|income retained|earnings retained|retained profits?|undistributed "
        r"earnings|accumulated earnings|net income retained|income reinvested).*",
        "unappropriated subsidiary",
    ),
    Rule(
        r"(?:accumulated|retained) (?:deficit|losses|loss)(?: .*)?|(?:accumulated "
        r"deficit|deficit) .*earnings.*|deficit",
        "comprehensive",
        frozenset(),
        0.98,
    ),
    Rule(
        r"distributions in excess of .*|cumulative (?:net )?(?:distributions"
        r"|dividends|earnings) in excess .*|accumulated (?:distributions|dividends) "
        r"in excess .*",
        "",
        frozenset(),
        0.9,
    ),
)
LIABILITIES_AND_EQUITY = (
    Rule(TOTALS[0][0], "", frozenset(), 0.995, "last"),
    Rule(TOTALS[1][0], "", frozenset(), 0.995, "last"),
)
SIMPLE: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("total_liabilities_and_equity", LIABILITIES_AND_EQUITY),
    ("total_assets", (Rule(r"(?:total assets|assets)(?: net)?", "", frozenset(), 0.995),)),
    ("total_current_assets", (Rule(r"total current assets.*", "", frozenset(), 0.995),)),
    ("total_current_liabilities", (Rule(r"total current liabilities.*", "", frozenset(), 0.995),)),
    ("total_liabilities", (Rule(r"total liabilities", "", frozenset(), 0.995),)),
    ("cash_and_equivalents", CASH),
    ("short_term_investments", SHORT_TERM_INVESTMENTS),
    ("accounts_receivable_net", RECEIVABLES),
    ("inventory", INVENTORY),
    (
        "goodwill",
        (
            Rule(r"(?:total )?goodwill(?: net)?(?: of .*)?", "", ASSET_SIDE),
            Rule(r"goodwill net.*", "intangible", ASSET_SIDE, 0.95),
        ),
    ),
    ("intangible_assets_net", INTANGIBLES),
    ("accounts_payable", PAYABLES),
    ("short_term_debt", SHORT_DEBT),
    ("deferred_revenue_current", DEFERRED_REVENUE),
    ("long_term_debt", LONG_DEBT),
    ("retained_earnings", RETAINED),
)
PARENT_TOTAL = (
    Rule(
        r"(?:total )?(?:equity|deficit|capital).* attributable to .*",
        "noncontrolling|minority|redeemable",
    ),
    Rule(
        rf"total (?!common )(?!liabilities)(?:.*\b)?shareholders (?:equity "
        rf")?{HOLDING}.*",
        "noncontrolling|minority|liabilities",
        frozenset(),
        0.99,
        "first",
    ),
    Rule(
        r"total (?!liabilities).* (?:shareholders )?equity(?: deficit)?",
        "noncontrolling|minority|liabilities|common",
        frozenset(),
        0.96,
    ),
    Rule(
        r"total common (?:shareholders |stock )?(?:equity|shareholders investment)"
        r"(?: deficit)?",
        "noncontrolling",
        frozenset(),
        0.95,
    ),
    Rule(
        r"(?:total )?(?:shareholders (?:equity|deficit|funds|investment)(?: deficit| "
        r"net)?|partners capital|owners equity)",
        "",
        frozenset(),
        0.93,
        "last",
    ),
    Rule(
        r"total (?:partners|members|owners) .*(?:capital|equity|deficit)",
        "noncontrolling|liabilities",
        frozenset(),
        0.95,
    ),
)
WHOLE_TOTAL = (
    Rule(
        r"total (?:consolidated )?(?:equity|deficit|net assets)(?: deficit| "
        r"deficiency)?",
        "",
        frozenset(),
        0.99,
        "last",
    ),
    Rule(
        r"total (?!liabilities).*(?:equity|deficit|capital|investment).* (?:and"
        r"|including|incl) .*(?:noncontrolling|minority).*",
        "liabilities",
        frozenset(),
        0.98,
        "last",
    ),
    Rule(
        r"total (?!liabilities).*(?:equity|deficit|capital|investment)(?: deficit)?",
        "common|preferred|liabilities",
        frozenset(),
        0.95,
        "last",
    ),
)
