"""The wordings of income-statement rows, best first."""

from services.extraction.matching_rows import Rule
from services.extraction.matching_shares import BODY

IN_BODY = frozenset({BODY})
SALES = r"(?:revenues?|sales|turnover)"
REVENUE_NOT = (
    r"\bcosts?\b|percent|growth|before|after provision|change|deferred|marketing"
    r"|noninterest|interest income$"
    r"|external|intersegment|affiliates|excise taxes$|discount"
)
REVENUE = (
    Rule(
        rf"total (?:net |consolidated |operating |group )*{SALES}(?: net)?(?: of "
        rf"interest expense)?",
        "",
        IN_BODY,
        0.995,
        "last",
    ),
    Rule(
        rf"total (?:net |consolidated |operating )*{SALES} (?:and|net|gains|including"
        rf"|less).*",
        REVENUE_NOT,
        IN_BODY,
        0.97,
        "last",
    ),
    Rule(
        rf"{SALES} net of interest expense|net {SALES} including net interest income",
        "",
        IN_BODY,
        0.98,
    ),
    Rule(
        rf"(?:net |consolidated |operating |group |net operating |gross )*{SALES}(?: "
        rf"net)?(?: for the (?:year|period))?",
        "",
        IN_BODY,
        0.98,
    ),
    Rule(
        rf"(?:net |operating )*{SALES} (?:and other|and operating|from|to|including"
        rf"|net|less|gross|of|excluding).*",
        REVENUE_NOT,
        IN_BODY,
        0.93,
        "only",
    ),
    Rule(
        r"total (?:net )?income|total (?:interest and other"
        r"|investment and other) income|net operating revenues?.*",
        "",
        IN_BODY,
        0.7,
    ),
)
GOODS = (
    r"(?:net )?(?:revenues?|sales|goods sold|goods|products? sold|products?"
    r"|merchandise sold|merchandise|services?|services sold|turnover)"
)
COST_NOT = (
    r"other than|percent|^total costs and|marketing|selling|administrative|operating "
    r"expenses|expenses and other"
)
COST_OF_REVENUE = (
    Rule(
        rf"total costs? of {GOODS}(?: (?:and|including|excluding|exclusive) .*)?",
        COST_NOT,
        IN_BODY,
        0.99,
    ),
    Rule(
        r"(?:cost of (?:net )?(?:revenues?|sales|goods sold)|costs of (?:net "
        r")?(?:revenues?|sales|goods sold))",
        "",
        IN_BODY,
        0.985,
        "only",
    ),
    Rule(
        r"cost of (?:net )?(?:revenues?|sales|goods sold)(?: (?:including|excluding"
        r"|exclusive|buying|and|net|before|depreciation)\b.*)",
        COST_NOT,
        IN_BODY,
        0.95,
        "only",
    ),
    Rule(
        rf"costs? of {GOODS}(?: (?:and|or) {GOODS})*(?: (?:including|excluding"
        rf"|exclusive|net)\b.*)?",
        COST_NOT,
        IN_BODY,
        0.95,
        "only",
    ),
    Rule(
        r"merchandise costs|cost of (?:sales|products sold|goods) and (?:occupancy"
        r"|services|related|buying).*|cost of (?:equipment|products) and services(?: "
        r"sold)?|cost of operations",
        COST_NOT,
        IN_BODY,
        0.85,
        "only",
    ),
)
GROSS_PROFIT = (
    Rule(
        r"(?:total |consolidated )?gross (?:profit|margin|income|earnings)(?: loss)?",
        "",
        IN_BODY,
        0.99,
    ),
)
RESEARCH = (
    Rule(r"total (?:research|technology|product) .*development.*", "in process", IN_BODY, 0.97),
    Rule(
        r"research and (?:product )?development(?: costs?| expenses?)?(?: net)?"
        r"|research development and (?:engineering|technical|related|other)(?: expenses?| "
        r"costs?)?|(?:product|technology|technology and product|product and "
        r"technology|software|engineering and product|product research and) "
        r"development(?: costs?| expenses?)?(?: and .*)?|technology and (?:content"
        r"|development|infrastructure)(?: costs?| expenses?)?",
        "amortization|services revenue",
        IN_BODY,
        0.985,
    ),
    Rule(
        r"(?:research|engineering)(?: and)? (?:research|development|engineering)(?: "
        r"and .*)?(?: costs?| expenses?)?(?: net)?|research and development .*"
        r"|(?:company sponsored|company funded|internal) research .*",
        "in process|gain|credit",
        IN_BODY,
        0.93,
    ),
)
SELLING = r"(?:selling|sales|marketing)"
SGA = (
    Rule(
        r"(?:total )?selling general and administrative(?: expenses?)?", "", IN_BODY, 0.99, "last"
    ),
    Rule(
        rf"(?:total |operating )?{SELLING}\b.*\badministrati(?:ve|on)\b.*",
        "depreciation|amortization|research|cost of",
        IN_BODY,
        0.99,
    ),
    Rule(
        rf".*\b{SELLING}\b.*\badministrati(?:ve|on)\b.*|(?:general|administrative)"
        rf"\b.*\b{SELLING}\b.*",
        "cost of|research",
        IN_BODY,
        0.9,
    ),
)
RESULT = r"(?:income|profit|earnings|loss|results?)(?: loss| income| profit)?"
OPERATING_NOT = r"before|percent|per\b|adjusted|segment|nonoperating|discontinued|other operating"
OPERATING_INCOME = (
    Rule(
        rf"(?:gaap )?(?:total |consolidated )?(?:operating {RESULT}|loss "
        rf"operating income)(?: gaap)?",
        "",
        IN_BODY,
        0.99,
        "first",
    ),
    Rule(
        rf"(?:gaap )?(?:total |consolidated )?{RESULT} from operat(?:ions"
        rf"|ing activities)",
        "",
        IN_BODY,
        0.985,
    ),
    Rule(rf"(?:ebit|operating {RESULT} ebit|ebit operating {RESULT})", "", IN_BODY, 0.95),
    Rule(rf"operating {RESULT} .*", OPERATING_NOT + "|expense", IN_BODY, 0.85, "only"),
    Rule(
        r"(?:earnings|income|profit|loss)(?: loss)? before (?:net )?(?:interest"
        r"|finance costs)(?: expense| income)*(?: net)?(?: and|,)? (?:income "
        r")?tax(?:es|ation)?(?: ebit)?|trading profit",
        "",
        IN_BODY,
        0.8,
    ),
)
INTEREST_NOT = (
    r"income|deposit|noninterest|net interest|capitalized interest$|preferred"
    r"|before|dividend"
)
INTEREST = (
    Rule(r"total interest (?:expense|charges)(?: net)?", "", IN_BODY, 0.99),
    Rule(
        r"interest (?:and (?:other )?(?:debt|financing|related|finance) "
        r")?(?:expenses?|charges|costs)(?: net of (?:amounts? |portion )?(?:interest "
        r")?capitalized.*| and (?:other|amortization|debt|related|finance|financing"
        r"|similar|bank) .*| on .*| gross| incurred)?",
        "income",
        IN_BODY,
        0.985,
    ),
    Rule(
        r"(?:less )?interest expense(?: to .*| including .*| related .*)?", "income", IN_BODY, 0.95
    ),
    Rule(r"(?:finance|financing|financial) (?:costs?|expenses?|charges)", "", IN_BODY, 0.88),
    Rule(r"interest(?: on (?:debt|loans|borrowings))?", "", IN_BODY, 0.85, "only"),
)
INTEREST_NET = (
    Rule(
        r"interest expense net(?: of .*)?|net interest (?:expense|charges)|interest "
        r"(?:expense )?(?:and other debt expense )?net|interest (?:expense "
        r"income|income expense)(?: net)?|net interest (?:expense income|income "
        r"expense)|interest and other (?:debt )?expense net",
        "",
        IN_BODY,
        0.85,
        "only",
    ),
    Rule(
        r"net finance costs?|finance costs net|net financing costs?|net financial "
        r"(?:expense|items)",
        "",
        IN_BODY,
        0.75,
        "only",
    ),
)
PRETAX_NOT = (
    r"^adjusted|domestic|foreign|segment|united states|^us |per share"
    r"|depreciation|discontinued operations before|before (?:net )?(?:interest"
    r"|finance)(?: expense| costs?| income)*(?: and| tax)|tax(?:es)? (?:before"
    r"|benefit)|^(?:provision|income tax|tax)|noncontrolling .*net of tax"
)
PRETAX = (
    Rule(
        r".*\bbefore\b.*\b(?:tax|taxes|taxation)\b.*|.*\bbefore (?:provision|benefit)"
        r"\b.*|.*\bpretax (?:income|earnings|profit|loss).*",
        PRETAX_NOT,
        IN_BODY,
        0.985,
        "last",
    ),
    Rule(r"ebt|pbt|(?:income|profit|earnings) (?:ebt|pbt)", "", IN_BODY, 0.9),
)
TAX_WORDS = (
    r"(?:(?:income|corporate|corporation)(?: and other| and mining| and "
    r"franchise)? tax(?:es)?|tax(?:es)? on (?:income|earnings|profit)|taxes|tax"
    r"|taxation)"
)
TAX_NOT = (
    r"before|after|net of|other than|deferred|current\b|excluding|paid|payable"
    r"|payroll|excise|effective|rate|withh|property|production|reversal"
    r"|discontinued|comprehensive|franchise taxes$|adjust"
)
TAX = (
    Rule(
        rf"total (?:provision|benefit|expense|credit)*(?: benefit| provision| "
        rf"expense)?(?: for| from)?\s?{TAX_WORDS}(?: expense| benefit| provision| "
        rf"credit)*",
        TAX_NOT,
        IN_BODY,
        0.985,
        "first",
    ),
    Rule(
        rf"(?:less |net )?(?:provision|benefit|expense|credit|charge|recovery)(?: "
        rf"provision| benefit| expense| credit| charge| recovery)*(?: for| from| on| "
        rf"of)?(?: benefit from)? ?(?:the )?{TAX_WORDS}(?: net)?",
        TAX_NOT,
        IN_BODY,
        0.985,
        "first",
    ),
    Rule(
        rf"(?:less |net )?{TAX_WORDS}(?: expense| benefit| provision| credit| charge| "
        rf"recovery| expenses)*(?: net)?",
        TAX_NOT,
        IN_BODY,
        0.98,
        "first",
    ),
    Rule(rf".*\b(?:provision|benefit|expense)\b.*\b{TAX_WORDS}.*", TAX_NOT, IN_BODY, 0.85, "only"),
)
PLAIN: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("revenue", REVENUE),
    ("cost_of_revenue", COST_OF_REVENUE),
    ("gross_profit", GROSS_PROFIT),
    ("research_and_development", RESEARCH),
    ("sga", SGA),
    ("operating_income", OPERATING_INCOME),
)
COSTS = frozenset({"cost_of_revenue", "research_and_development", "sga"})
WHO = r"(?:attributable|applicable|available|allocable|allocated)(?: and available)? (?:to|for)"
NOT_PARENT = (
    r"noncontrolling|minority|redeemable|preferred|before allocation"
    r"|participating|unvested"
)
PART_ONLY = r"continuing|discontinued|before|comprehensive|adjusted|percent|operations$"
NET = r"(?:consolidated )?(?:gaap )?net (?:income|earnings|profit|loss)(?: loss| income| earnings)*"
FOR_THE = (
    r"(?:(?:profit|loss|income|earnings|result)(?: loss| profit| income)*|net "
    r"(?:profit|income|earnings)) (?:for|of) the (?:financial |fiscal |reporting "
    r")?(?:year|period|quarter|half year)"
)
PARENT = (
    Rule(
        rf"(?:total )?(?:{NET}|{FOR_THE}|(?:profit|loss|income|earnings)(?: loss)*)"
        rf" {WHO} .*",
        rf"{NOT_PARENT}|{PART_ONLY}|common|ordinary",
        IN_BODY,
        0.99,
    ),
    Rule(
        rf"(?:{NET}|{FOR_THE}|(?:profit|loss|income|earnings)(?: loss)*) {WHO} "
        rf".*(?:common|ordinary).*",
        rf"{NOT_PARENT}|{PART_ONLY}",
        IN_BODY,
        0.97,
    ),
    Rule(
        r"(?:owners of the|equity holders of the|owners|shareholders of the|equity "
        r"shareholders of the|equity holders of|shareholders of) (?:parent|company"
        r"|group|corporation).*",
        NOT_PARENT,
        IN_BODY,
        0.93,
    ),
)
WHOLE = (
    Rule(
        rf"{NET}(?: for the (?:year|period|quarter))?|{FOR_THE}|consolidated profit"
        rf"|net results?|(?:profit|earnings|income) after (?:income )?tax(?:es|ation)?|pat",
        "",
        IN_BODY,
        0.985,
        "first",
    ),
    Rule(
        rf"(?:consolidated )?{NET} (?:including|before) .*(?:noncontrolling|minority"
        rf"|redeemable).*|(?:profit|income|earnings).* before (?:noncontrolling"
        rf"|minority) interests?.*",
        "tax|attributable to (?:noncontrolling|redeemable)",
        IN_BODY,
        0.98,
    ),
)
INCLUDING = (
    Rule(
        rf"(?:consolidated )?{NET}(?: |.* )(?:including|before|and) "
        rf".*(?:noncontrolling|minority).*|(?:profit|income|earnings)(?: loss)? "
        rf"(?:before|including) .*(?:noncontrolling|minority) interests?.*",
        r"tax|provision|less|^(?!.*\b(?:including|before)\b).*\b(?:attributable|applicable|allocated) to "
        r"(?:the )?(?:redeemable|noncontrolling|minority)",
        IN_BODY,
        0.985,
    ),
    Rule(rf"{NET}(?: for the (?:year|period|quarter))?|{FOR_THE}", "", IN_BODY, 0.97, "first"),
)
TO_COMMON_ONLY = (
    Rule(
        rf"{NET} {WHO} .*(?:common|ordinary|shareholders).*",
        rf"{PART_ONLY}|noncontrolling|minority",
        IN_BODY,
        0.85,
    ),
    Rule(
        r"(?:income|earnings|profit|loss)(?: loss)* (?:attributable to .*)?from "
        r"continuing operations(?: attributable to .*)?",
        "before|per|noncontrolling",
        IN_BODY,
        0.6,
        "only",
    ),
)
