"""The wordings of asset rows, best first, and the totals that say where a row stands."""

from services.extraction.matching_rows import Rule

CURRENT_ASSETS, NONCURRENT_ASSETS = "current assets", "noncurrent assets"
CURRENT_LIABILITIES, NONCURRENT_LIABILITIES = "current liabilities", "noncurrent liabilities"
CAPITALIZATION, EQUITY, ASSETS, LIABILITIES = "capitalization", "equity", "assets", "liabilities"
CURRENT_SIDE = frozenset({CURRENT_ASSETS, ASSETS})
ASSET_SIDE = frozenset({CURRENT_ASSETS, NONCURRENT_ASSETS, ASSETS})
OWED_NOW = frozenset({CURRENT_LIABILITIES, LIABILITIES})
OWED_LATER = frozenset({NONCURRENT_LIABILITIES, CAPITALIZATION, LIABILITIES})
OWED_LATER_SURELY = frozenset({NONCURRENT_LIABILITIES, CAPITALIZATION})
HOLDING = r"(?:equity|deficit|investment|net assets|capital|capital deficit|interests?|funds)"
TOTALS: tuple[tuple[str, str], ...] = (
    (
        r"total (?:liabilities|capitalization)\b.*\b(?:equity|deficit|liabilities"
        r"|capital|investment|net assets|deficiency)",
        "",
    ),
    (r"total (?:shareholders )?equity (?:deficit )?and (?:total )?liabilities", ""),
    (r"total current assets", CURRENT_ASSETS),
    (r"total (?:noncurrent|long term|fixed|other|other noncurrent) assets", NONCURRENT_ASSETS),
    (r"total assets|assets", ASSETS),
    (r"total current liabilities", CURRENT_LIABILITIES),
    (r"total (?:noncurrent|long term|other|other noncurrent) liabilities", NONCURRENT_LIABILITIES),
    (r"total capitalization", CAPITALIZATION),
    (r"total liabilities", LIABILITIES),
    (r"total (?!liabilities).*\b(?:equity|deficit|net assets)", EQUITY),
)
EQUITY_WORDS = (
    r"common (?:stock|shares)|preferred (?:stock|shares)|paid in capital|retained"
    r"|accumulated|treasury"
    r"|equity|deficit|ordinary shares|share capital|capital stock|surplus|noncontrolling|reinvested"
)
NET = r"(?: net\b.*| less\b.*)?"
RESTRICTED = r"restricted|collateral|overdraft|held for|segregated|segment"
CASH = (
    Rule(r"(?:total )?cash and cash equivalents(?: unrestricted)?(?: of .*)?", zones=CURRENT_SIDE),
    Rule(r"cash and (?:cash )?equivalents.*", RESTRICTED, CURRENT_SIDE, 0.97),
    Rule(
        r"(?:cash and (?:temporary|short term) (?:cash )?investments|cash)", "", CURRENT_SIDE, 0.93
    ),
    Rule(r"total cash(?: and)? cash equivalents(?: and restricted cash)?", "", CURRENT_SIDE, 0.85),
    Rule(r"cash (?:and )?cash equivalents and restricted (?:cash|funds).*", "", CURRENT_SIDE, 0.8),
    Rule(r"cash and (?:balances|due from|deposits).*", "", CURRENT_SIDE, 0.8),
    Rule(r"cash and cash equivalents", "", frozenset(), 0.85),
)
SHORT_TERM_INVESTMENTS = (
    Rule(
        r"total (?:short term investments|marketable securities|short term "
        r"marketable securities)",
        "",
        frozenset({CURRENT_ASSETS}),
    ),
    Rule(
        r"(?:short term|temporary|current) (?:marketable )?(?:investments|securities)"
        r"(?: and marketable securities| and time deposits| at .*| net.*| available "
        r"for sale| and other)?",
        "long term",
        CURRENT_SIDE,
    ),
    Rule(
        r"(?:current )?marketable (?:debt |equity )?securities(?: current| at .*| "
        r"available for sale| short term)?",
        "noncurrent|long term",
        frozenset({CURRENT_ASSETS}),
        0.98,
    ),
    Rule(r"marketable securities current", "", CURRENT_SIDE),
    Rule(
        r"(?:investments|time deposits and other investments|investment securities"
        r"|short term deposits|other short term investments|available for sale "
        r"securities|investments in (?:marketable )?securities|short term financial "
        r"assets|(?:current )?financial investments|cash investments)(?: current| "
        r"short term)?",
        "",
        frozenset({CURRENT_ASSETS}),
        0.9,
    ),
)
RECEIVABLE_NOT = (
    r"tax|\bnotes receivable$|loan|financ|long term|noncurrent|affiliate|related "
    r"part|interest receivable"
    r"|rent|reinsur|premium|unbilled|inventor|officer|subscription|derivative"
    r"|vendor|allowance for .* receivable$"
    r"|income receivable|pledged|insurance"
)
RECEIVABLES = (
    Rule(
        r"total (?:trade |accounts |net )?(?:accounts )?receivables?" + NET,
        RECEIVABLE_NOT,
        CURRENT_SIDE,
    ),
    Rule(
        r"(?:net )?(?:trade |customer )?(?:accounts |trade )?receivables?(?: trade| "
        r"from customers| customers)?" + NET,
        RECEIVABLE_NOT,
        CURRENT_SIDE,
    ),
    Rule(
        r"(?:trade |customer )?(?:accounts |trade )?receivables?,?(?: trade)? "
        r"(?:principally|after|and other|and unbilled|including|current|primarily).*",
        r"tax|loan|long term|noncurrent|affiliate|inventor",
        CURRENT_SIDE,
        0.95,
    ),
    Rule(
        r"(?:accounts and notes|notes and accounts|accounts and trade|trade and notes"
        r"|trade and other|accounts and other|accrued interest and accounts|billed "
        r"and unbilled|customer accounts|trade notes and accounts|net) receivables?.*",
        r"\btax",
        CURRENT_SIDE,
        0.93,
    ),
    Rule(
        r"(?:customer|customers|billed|trade)(?: accounts)?(?: receivable)?" + NET,
        "deposit",
        frozenset({CURRENT_ASSETS}),
        0.8,
        "only",
        "receivable",
    ),
    Rule(r"trade debtors|debtors|trade and other debtors", "", CURRENT_SIDE, 0.9),
)
INVENTORY = (
    Rule(r"total (?:net )?inventor(?:y|ies)" + NET, "", CURRENT_SIDE),
    Rule(
        r"(?:net )?(?:merchandise |product |finished goods )?inventor(?:y|ies)(?: at "
        r".*| current| including.*)?" + NET,
        "noncurrent|long term|program|deposit",
        CURRENT_SIDE,
    ),
    Rule(
        r"(?:inventories|inventory) (?:and|of) .*|stocks|inventoried costs.*",
        "long term|prepaid|noncurrent",
        frozenset({CURRENT_ASSETS}),
        0.88,
    ),
)
PPE = r"(?:property|properties|plant|premises|fixed assets|land buildings|utility plant)"
PPE_NOT = (
    r"gross|operating lease|held for|deposit|intangible|goodwill"
    r"|(?<!less )(?<!after )(?<!net of )accumulated depreciation$|^less|^accumulated|^construction|right of use|rental "
    r"(?:income|receipts)|investment propert|not subject|^total .* at cost$"
    r"|^other property"
)
ACCUMULATED = (
    r"(?:less |total )*(?:allowances? for )?(?:accumulated |reserves? for |allowances? for )"
    r"(?:depreciation|depletion|amortization)"
)
PPE_NET = (
    Rule(
        rf"(?:total )?(?:net {PPE}.*|{PPE}.*\b(?:net|less accumulated|after "
        rf"accumulated|after deducting)\b.*)",
        PPE_NOT,
        ASSET_SIDE,
    ),
    Rule(
        rf"total (?:regulated |consolidated )?{PPE}.*\b(?:net|less accumulated).*",
        PPE_NOT,
        ASSET_SIDE,
        0.97,
    ),
    Rule(
        r"(?:fixed assets|tangible assets|tangible fixed assets|net plant|plant net"
        r"|total net plant)(?: net)?",
        PPE_NOT,
        ASSET_SIDE,
        0.93,
    ),
    Rule(
        r"(?:total )?(?:land|buildings?|equipment|furniture|machinery|leasehold improvements)\b.*"
        r"\b(?:net|less accumulated depreciation)\b.*",
        PPE_NOT,
        ASSET_SIDE,
        0.9,
        "only",
    ),
)
PPE_SINGLE = (
    Rule(
        r"(?:total )?(?:net )?(?:bank )?(?:premises|property|properties|land|plant)"
        r"\b.*\b(?:equipment|plant|buildings|furniture|property)\b.*",
        PPE_NOT,
        ASSET_SIDE,
        0.95,
        "only",
    ),
    Rule(
        r"(?:total )?(?:net )?(?:equipment and (?:leasehold improvements|property)"
        r"|buildings and equipment|equipment|utility plant|premises)(?: at cost)?",
        PPE_NOT,
        ASSET_SIDE,
        0.85,
        "only",
    ),
)
INTANGIBLE_NOT = (
    r"(?<!other than )(?<!excluding )goodwill|accumulated|^less|amortization of|deferred|liabilit"
)
INTANGIBLES = (
    Rule(
        r"total (?:other |identifiable )?intangible(?: assets|s)" + NET, INTANGIBLE_NOT, ASSET_SIDE
    ),
    Rule(
        r"(?:net )?(?:other |identifiable |purchased |acquired |acquisition related "
        r"|identified |definite lived |finite lived |amortizable |purchased and "
        r"other |acquired and other |capitalized software and )*intangible(?: assets"
        r"|s)(?: other than goodwill| other)?" + NET,
        INTANGIBLE_NOT,
        ASSET_SIDE,
        0.97,
        "only",
    ),
    Rule(
        r"(?:brands|trademarks|customer relationships|brands and trademarks)(?: and "
        r"other intangible(?: assets|s))?" + NET,
        INTANGIBLE_NOT,
        ASSET_SIDE,
        0.8,
        "only",
    ),
    Rule(
        r".*\bintangible(?: assets|s)(?: excluding goodwill)?" + NET,
        INTANGIBLE_NOT + "|^total|and",
        ASSET_SIDE,
        0.85,
        "only",
    ),
)
