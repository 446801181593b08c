"""The words statements are made of, for putting broken and glued words right."""

_WORDS = """
a an and any are as at be before by during each for from had has have if in is it its of on or other
others our over per than that the their these this to under upon was were which with within without
accelerated acceptances accepted account accounting accounts accretion accrual accruals accrued
accumulated acquired acquisition acquisitions activities activity additional additions adjusted
adjustment adjustments administration administrative advance advances advertising affiliate
affiliated affiliates after aggregate aircraft allocated allocation allowance allowances amortizable
amortization amortized amortisation amount amounts applicable appropriated approximate arrangements
asset assets associate associates assumed assuming attributable authorized available average award
awards bad balance balances bank banking banks based basic basis beginning benefit benefits billings
bonds book borrowed borrowing borrowings brands building buildings business businesses buyback
capital capitalization capitalized carrying cash change changes charge charges claims collateral
combined commercial commissions commitments common companies company compensation completion
comprehensive computation compute computing consideration consolidated construction contingencies
contingent continued continuing contract contracts contribution contributions controlling conversion
convertible corporate corporation cost costs credit credits cumulative currency current customer
customers debt declared decrease deductions deferred deficit depletion deposit deposits depreciation
derivative derivatives development diluted dilution dilutive discontinued discount disposal
disposals disposition distribution distributions divestiture divestitures dividend dividends
domestic doubtful due early earned earnings effect effective effects employee employees end ended
ending engineering equipment equity equivalent equivalents estate estimated excess exchange
excluding exclusive exercise expenditures expense expenses extinguishment extraordinary facility
fair federal fee fees finance financial financing finished first fiscal fixed flow flows food
foreign fuel fund funds future gain gains general generated goods goodwill government gross
guarantees held hedge hedging holders identifiable impact impairment impairments improvements inc
incentive included includes including income increase increases incurred indebtedness indefinite
information insurance intangible intangibles interest interests internal inventories inventory
invested investing investment investments issuance issuances issue issued issuing items joint land
lease leased leases legal less liabilities liability licenses lived loan loans long loss losses
maintenance management margin marketable marketing materials maturities maturity members membership
merchandise merger minority money mortgage net noncash noncontrolling noncurrent noninterest
nonoperating note notes number obligation obligations occupancy oil operating operation operations
option options ordinary original outflow outflows inflow inflows outstanding owned owner owners paid
parent par partnership patents payable payables payment payments payroll pension percent period
periods permanent personnel plan plans plant policy policyholders portfolio portion postretirement
preferred premises premium premiums prepaid presented pretax prior proceeds process product
production products professional profit profits program programs project property properties
provided provision purchase purchased purchases qualified quarter rate rates raw real realized
receipt receivable receivables received reclassified reconcile reconciliation recovery redeemable
redemption refund refundable refunds regulatory reinsurance reinvested related remeasurement rental
repayment repayments repurchase repurchased repurchases research reserve reserves restricted
restructuring result results retail retained retirement return returns revenue revenues reverse
right rights royalties salaries sale sales savings securities security segment sell seller selling
senior separation service services settlement settlements share shareholders shareowners shareowner
shares short similar software sold spending stated statement statements stock stockholder
stockholders shareholder store stores subordinated subscription subsidiaries subsidiary subtotal
sundry supplemental supplementary supplies support surplus tangible tax taxation taxes technology
temporary term terminated tools total trade trademarks trading transaction transactions transfer
treasury turnover unappropriated unaudited unbilled undistributed unearned unit units unpaid
unrealized use used using utility vendor venture ventures wages warrants weighted withheld
withholding work working year years
"""

VOCABULARY: frozenset[str] = frozenset(_WORDS.split())
"""Lower-case words of US-GAAP and IFRS statement lines."""
