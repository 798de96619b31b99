"""Countries: those of ISO 3166-1, and Kosovo, by their names in Unicode's CLDR (Babel)."""

from functools import lru_cache

from babel import Locale
from babel.core import get_global

from data.core.i18n import Language
from data.core.plain_text import fold

CODES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
    CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
    GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
    NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
    SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS YE YT ZA ZM ZW XK""".split()
)

# What people and other programs write besides; codes of three letters are Babel's.
ALSO = {
    "angleterre": "GB", "ecosse": "GB", "uk": "GB", "hollande": "NL", "republique tcheque": "CZ", "birmanie": "MM", "rdc": "CD", "palestine": "PS",
    "republique democratique du congo": "CD", "macedoine": "MK", "swaziland": "SZ", "france metropolitaine": "FR", "etats unis d amerique": "US",
    **{alias.casefold(): code for alias, (code, *more) in get_global("territory_aliases").items()
       if len(alias) == 3 and alias.isalpha() and code in CODES and not more},
}  # fmt: skip


@lru_cache(maxsize=2)
def countries(language: Language = "fr") -> dict[str, str]:
    """ISO code -> the country's name in that language, by name, France first."""
    names = Locale(language).territories
    ordered = sorted(CODES - {"FR"}, key=lambda code: fold(names[code]))
    return {code: names[code] for code in ("FR", *ordered)}
