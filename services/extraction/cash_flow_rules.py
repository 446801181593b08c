"""The wordings of cash-flow rows, best first."""

from services.extraction.matching_rows import Rule

OPERATING, INVESTING, FINANCING = "operating", "investing", "financing"
TAIL, MIXED = "tail", "mixed"
ACTIVITIES = (OPERATING, INVESTING, FINANCING)
WORD = {
    OPERATING: r"(?:operating activities|operations|operating)",
    INVESTING: r"(?:investing activities|investments?|investing|investment activities)",
    FINANCING: r"(?:financing activities|financing)",
}
CONCEPT = {
    OPERATING: "cash_from_operations",
    INVESTING: "cash_from_investing",
    FINANCING: "cash_from_financing",
}
FLOW_VERB = (
    r"(?:provided|used|generated|from|flows?|inflows?|outflows?|applied|required"
    r"|source|utilized|absorbed|in|for|by)"
)
TOTAL_NOT = r"adjust|reconcil|before|excluding|effect|discontinued|noncash|non cash|change"


def _total_rules(activity: str) -> tuple[Rule, ...]:
    word = WORD[activity]
    whole = rf"(?:total |net )*cash(?: flows?)?\b.*\b{FLOW_VERB} .*{word}"
    return (
        Rule(
            rf"(?:total |net )+(?:{activity} )?cash.*\b{word}",
            TOTAL_NOT + "|continuing",
            pick="last",
        ),
        Rule(
            rf"(?:total |net )*{activity} cash flows?(?: net)?|cash flows? {activity}",
            TOTAL_NOT + "|continuing",
            certainty=0.95,
            pick="last",
        ),
        Rule(whole, TOTAL_NOT + "|continuing", certainty=0.98, pick="last"),
        Rule(
            rf"{whole}(?: and .*)?",
            TOTAL_NOT + "|continuing|income|earnings",
            certainty=0.95,
            pick="last",
        ),
        Rule(
            rf"(?:total |net )+(?:funds |flows? )?(?:{FLOW_VERB} )*{activity} "
            rf"activities(?: {FLOW_VERB}.*)?",
            TOTAL_NOT + "|continuing",
            certainty=0.93,
            pick="last",
        ),
        Rule(
            rf"(?:total |net )*cash.*\b{word}.*continuing.*|(?:total |net "
            rf")*cash.*continuing.*\b{word}.*",
            r"adjust|reconcil|before|effect",
            certainty=0.85,
        ),
    )


TOTALS = {activity: _total_rules(activity) for activity in ACTIVITIES}
CHANGE_NOT = (
    r"effect|before|provided|operating|receivable|beginning|at end|discontinued"
    r"|held for sale"
)
CHANGE_VERB = r"(?:increase|decrease|change|changes)"
CHANGE_WORDS = (
    rf"(?:total |net )*{CHANGE_VERB}(?: (?:increase|decrease))?(?: in)? .*cash.*"
    rf"|cash .*(?:increase|decrease)(?: decrease)?.*"
)
CHANGE_IN_CASH = (Rule(CHANGE_WORDS, CHANGE_NOT, pick="last"),)
OP = frozenset({OPERATING})
INV, FIN = frozenset({INVESTING, MIXED}), frozenset({FINANCING, MIXED})
IN_TAIL = frozenset({TAIL})
DA_NOT = (
    r"debt|premium|discount|financing|issuance|loss on|deferred (?:charges"
    r"|financing)|right of use|lease"
    r"|disposal|securities|acquired|capitalized (?:contract|commission)|content "
    r"(?:assets|library)|gain|excess tax"
)
DEPRECIATION = (
    Rule(r"total (?:depreciation|amortization).*", DA_NOT, OP, 0.985),
    Rule(
        r"(?:depreciation|depletion|amortization)\b.*\b(?:amortization|depreciation)"
        r"\b.*",
        r"debt|premium|loss on|securities|deferred (?:charges|financing)|discontinued",
        OP,
        0.985,
    ),
    Rule(r".*\bdepreciation\b.*\bamortization\b.*", DA_NOT + "|change", OP, 0.93),
)
DEPRECIATION_ALONE = (
    Rule(r"depreciation(?: expense| charges?)?(?: of .*| and .*)?", DA_NOT, OP, 0.93),
)
AMORTIZATION_BESIDE = (
    r"amortization(?! of (?:debt|deferred|discount|premium|right|operating|lease|film|content|streaming"
    r"|dvd|contract|inventory|bond|loan|unearned|prior|actuarial|pension|net|investment))(?:(?!debt|discount"
    r"|financing|issuance|lease|content).)*"
)
SBC_NOT = (
    r"tax|withh|issu|proceeds|excess|payments? (?:for|related)|deferred|settle"
    r"|repurchas|accrued|liabilit|employer|cash paid"
)
STOCK = r"(?:stock|share|shares|equity|unit|incentive)"
SBC = (
    Rule(
        rf"(?:noncash |non cash |total |employee )?{STOCK}(?: and \w+)?(?: based| "
        rf"linked| option| incentive| related)*(?: employee| incentive| award| "
        rf"deferred)? (?:compensation|payments?|awards?|remuneration|benefits?)(?: "
        rf"expenses?| costs?| charges?| plans?| and .*| net| arrangements?| "
        rf"transactions?)*",
        SBC_NOT,
        OP,
        0.985,
    ),
    Rule(
        rf".*\b(?:{STOCK}(?: based)?|restricted stock|options?)\b.*\b(?:compensation"
        rf"|awards?|plans?|expense|amortization)\b.*|.*\b(?:compensation|amortization"
        rf"|expense)\b.*\b(?:stock|share based|shares|equity|restricted|options?)\b.*",
        SBC_NOT + "|equity method|equity in|affiliates",
        OP,
        0.9,
    ),
)
PROPERTY = (
    r"(?:propert(?:y|ies)|plants?|equipment|fixed assets|premises|land|buildings?"
    r"|capital assets|productive assets"
    r"|tangible assets|utility plant|facilities|infrastructure|property plant)"
)
SPENT = (
    r"(?:purchases?|additions?|acquisitions?|acquire|payments?|paid|expenditures?"
    r"|investments?|outlays?|spending|cash (?:used|paid)|invested|capital "
    r"expenditures?|construction)"
)
CAPEX_NOT = (
    r"proceeds|sales? of|disposal|disposition|accrued|unpaid|business|(?<!of )noncash"
    r"|non cash|held for (?:lease|rent)|real estate held"
    r"|reimburse|insurance|deposits|incentives|joint venture|affiliates|subsidiar"
    r"|removal|grants|leased"
)
CAPEX = (
    Rule(r"total capital (?:expenditures?|spending)(?: .*)?", r"accrued|noncash", INV, 0.985),
    Rule(
        r"(?:cash (?:paid for|used for) |payments for |cash )?capital "
        r"(?:expenditures?|spending|additions|outlays?|investments?|programs?"
        r"|projects?)(?: net.*| including .*| excluding .*| and .*| for .*| paid.*| "
        r"of .*)?",
        "accrued|unpaid|noncash|proceeds from",
        INV,
        0.98,
        "only",
    ),
    Rule(
        rf"{SPENT}\b.*\b{PROPERTY}\b.*",
        CAPEX_NOT + r"|operating leases?|equipment (?:held|leased)|land use",
        INV,
        0.98,
        "only",
    ),
    Rule(
        rf"{PROPERTY}\b.*\b(?:{SPENT}|additions|acquired)\b.*|(?:construction|utility"
        rf"|plant) (?:expenditures|additions|construction).*",
        CAPEX_NOT,
        INV,
        0.95,
        "only",
    ),
    Rule(
        rf"{PROPERTY}(?: plant| and| equipment)*",
        "",
        INV,
        0.7,
        "only",
        r"purchase|addition|acquisition|expenditure",
    ),
    Rule(
        rf".*\b{SPENT}\b.*\b{PROPERTY}\b.*|.*\bcapital expenditures?\b.*",
        CAPEX_NOT,
        INV,
        0.85,
        "only",
    ),
)
DIVIDENDS_NOT = (
    r"noncontrolling|minority|subsidiar|received|proceeds|affiliates|from "
    r"(?!operations)|accrued|joint venture|unpaid|not yet|reinvest|partners in"
    r"|former"
)
DIVIDENDS = (
    Rule(r"total (?:cash )?(?:dividends|distributions) paid.*", DIVIDENDS_NOT, FIN, 0.985),
    Rule(
        r"(?:cash |common |common stock |ordinary )?dividends?(?: paid| payments?| "
        r"declared| and dividend equivalents)?(?: in cash| net)?(?: per share.*| to "
        r"(?:common |ordinary )?shareholders.*| to (?:owners|equity holders|holders) "
        r"of .*)?",
        DIVIDENDS_NOT + "|preferred",
        FIN,
        0.985,
    ),
    Rule(
        r".*\bdividends?\b.*\b(?:common|ordinary|shareholders)\b.*|.*\b(?:common"
        r"|ordinary)\b.*\bdividends?\b.*|(?:cash )?(?:payments?|payment) (?:of|for) "
        r"(?:cash )?dividends?.*|(?:cash )?dividends? (?:paid|payments?)\b.*"
        r"|dividends? and .*|cash dividends?.*",
        DIVIDENDS_NOT + "|preferred (?:stock|shares)$",
        FIN,
        0.95,
    ),
    Rule(
        r"(?:cash )?distributions?(?: paid| payments?| declared)?(?: on| "
        r"to)? ?(?:common |limited |general )?(?:shareholders|partners|unit|stock"
        r"|shares|common)?.*",
        DIVIDENDS_NOT + "|preferred|interests",
        FIN,
        0.85,
    ),
    Rule(r".*\bdividends?\b.*", DIVIDENDS_NOT, FIN, 0.8, "only"),
)
OWN_SHARES = (
    r"(?:common (?:stock|shares)|treasury|own shares|ordinary shares|capital "
    r"stock|stock|shares|equity (?:instruments|securities)|class [a-c])"
)
BOUGHT = (
    r"(?:repurchases?d?|purchases?|purchased|buybacks?|buyback cancellations"
    r"|acquisitions?|acquired|redemptions?|reacquired|retirements?|retired"
    r"|payments? (?:to|for) (?:the )?(?:re)?purchases?|payments to acquire"
    r"|cancellations?)"
)
BUYBACK_NOT = (
    r"preferred|noncontrolling|minority|purchase plan|employee stock purchase|proceeds"
    r"|issuances?\b|issued|withh|tax|net share settle|subsidiar"
    r"|warrants|debt|notes|excise|equity method|marketable|options exercis|redeemable|forward"
)
BUYBACKS = (
    Rule(
        rf"(?:cash paid for |payments? for |common )?(?:stock |share |shares "
        rf"|treasury stock |treasury share |treasury |common stock |common share "
        rf")*(?:repurchases?|buy ?backs?|repurchase program|purchases)(?: "
        rf"cancellations?)?(?: and retire(?:ment|ments)?)?(?: of {OWN_SHARES}.*)?(?: "
        rf"net| common)?",
        BUYBACK_NOT,
        FIN,
        0.985,
    ),
    Rule(
        rf"(?:\w+ )?(?:cash paid |payments? |cost |amounts paid )?(?:for |to |of "
        rf")*(?:the )?{BOUGHT}\b.*\b{OWN_SHARES}\b.*|{OWN_SHARES} (?:.* )?{BOUGHT}\b.*"
        rf"|(?:cash )?(?:paid|payments) for treasury (?:stock|shares)",
        BUYBACK_NOT,
        FIN,
        0.97,
    ),
    Rule(
        r".*\b(?:share|stock) (?:repurchases?|buy ?backs?)(?: program)?",
        BUYBACK_NOT,
        FIN,
        0.95,
    ),
    Rule(
        rf".*\b{BOUGHT}\b.*\b{OWN_SHARES}\b.*",
        r"preferred|noncontrolling|minority|purchase plan|proceeds|subsidiar|warrants"
        r"|debt|notes|redeemable",
        FIN,
        0.8,
        "only",
    ),
    Rule(r"(?:treasury (?:stock|shares)|own shares)(?: net| acquired| purchased)?", "", FIN, 0.85),
)
NET_CHANGE = (
    Rule(
        CHANGE_WORDS,
        CHANGE_NOT + "|restricted cash$(?<!and restricted cash)|excluding|continuing",
        IN_TAIL,
        0.985,
        "last",
    ),
    Rule(
        rf"(?:total |net )*{CHANGE_VERB}(?: increase| decrease)?(?: (?:during|for) "
        rf"the (?:year|period|quarter))?",
        CHANGE_NOT,
        IN_TAIL,
        0.95,
        "last",
    ),
    Rule(rf".*\b{CHANGE_VERB}\b.*\b(?:cash|funds)\b.*", CHANGE_NOT, IN_TAIL, 0.85, "last"),
    Rule(
        r"net cash (?:flows?|movement)(?: for the (?:year|period))?|(?:total )?net "
        r"cash flow",
        "",
        IN_TAIL,
        0.8,
        "only",
    ),
)
PAID = r"\b(?:paid|payments?|cash paid|disbursed|supplemental|supplementary|disclosures?)\b"
INTEREST_NOT = (
    r"tax|received|noncontrolling|minority|debt issu|rate|lease|accrued"
    r"|receivable|noncash|dividend|earned|income|unpaid"
)
INTEREST_PAID = (
    Rule(
        r"(?:total )?(?:cash )?(?:paid|payments?|paid during the (?:year|period)"
        r"|payments made)(?: during the (?:year|period|quarter))?(?: for| "
        r"of)? ?(?:net )?interest\b.*|(?:cash )?interest (?:paid|payments?)\b.*"
        r"|.*\bcash paid\b.*\binterest\b.*|interest .*\bpaid\b.*|(?:net )?interest "
        r"paid.*|cash paid interest.*",
        INTEREST_NOT,
        frozenset({TAIL}),
        0.985,
    ),
    Rule(
        r"(?:for )?interest(?: net.*| on .*| and .*| expense.*)?",
        INTEREST_NOT,
        IN_TAIL,
        0.95,
        "first",
        PAID,
    ),
    Rule(
        r"interest paid.*|(?:net )?cash interest paid.*",
        INTEREST_NOT,
        frozenset({OPERATING, FINANCING}),
        0.85,
        "only",
    ),
    Rule(r"interest(?: net.*)?", INTEREST_NOT, IN_TAIL, 0.85, "only"),
)
TAXES_NOT = (
    r"withh|share|employee|stock|received$|deferred|equity awards|excess|payroll"
    r"|interest|noncash|payable|accrued"
)
TAXES_PAID = (
    Rule(
        r"(?:total )?(?:net )?(?:cash )?(?:paid|payments?|refunds?|paid received"
        r"|received paid)(?: (?:during|in) the (?:year|period|quarter))?(?: for| "
        r"of)? ?(?:net )?(?:the )?(?:income |federal |state )*tax(?:es)?\b.*|(?:net "
        r")?(?:cash )?(?:income |corporate )?tax(?:es)? (?:paid|payments?|refunded"
        r"|refunds?)\b.*|.*\bcash paid\b.*\btax(?:es)?\b.*|.*\bincome "
        r"taxes?\b.*\b(?:paid|payments)\b.*",
        TAXES_NOT,
        IN_TAIL,
        0.985,
    ),
    Rule(
        r"(?:for )?(?:income )?tax(?:es)?(?: net.*| paid.*| refund.*| federal.*)?",
        TAXES_NOT,
        IN_TAIL,
        0.95,
        "first",
        PAID,
    ),
    Rule(
        r"(?:income |corporate |corporation )?tax(?:es)? paid.*|cash (?:paid for "
        r")?income taxes paid.*",
        TAXES_NOT,
        OP,
        0.85,
        "only",
    ),
    Rule(r"income tax(?:es)?(?: net.*)?", TAXES_NOT, IN_TAIL, 0.85, "only"),
)
PLAIN: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("stock_based_compensation", SBC),
    ("capex", CAPEX),
    ("dividends_paid", DIVIDENDS),
    ("share_repurchases", BUYBACKS),
    ("interest_paid", INTEREST_PAID),
    ("income_taxes_paid", TAXES_PAID),
)
STORED_POSITIVE = frozenset(
    {"capex", "dividends_paid", "share_repurchases", "interest_paid", "income_taxes_paid"}
)
