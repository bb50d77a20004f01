"""What a VAT id must be: of the right length and with the right check digits, where the country's rule is known.

A well-formed id may still not be registered; that only the tax offices' own services tell.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from stdnum.ch import vat as swiss
from stdnum.eu import vat as european
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.gb import vat as british
from stdnum.no import mva as norwegian

from ordercash.kernel.errors import DomainError, Fault

# Member states, with Greece under both its codes, and the neighbours whose numbers can be checked.
_EUROPEAN: Final = frozenset(code.upper() for code in european.MEMBER_STATES) | {"EL", "GR"}
_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    **dict.fromkeys(sorted(_EUROPEAN), european.validate),
    "GB": british.validate,
    "CH": swiss.validate,
    "NO": norwegian.validate,
}


class VatIdInvalid(DomainError):
    """The VAT id cannot be one of its country; it was not kept."""

    code, title, status = "vat_id_invalid", "The VAT id is not valid", 422


def checked_vat_id(text: str, country: str, *, pointer: str = "/vat_id") -> str:
    """Return a VAT id in its one spelling, "DE 136 695 976" as "DE136695976"; an empty text stays empty.

    An id without letters of its own is read as one of `country` (ISO 3166). Ids of countries without a known rule stay as
    they are. Raises VatIdInvalid.
    """
    plain = re.sub(r"[\s.\-/]", "", text).upper()
    named = plain[:2] in _CHECKS
    of = plain[:2] if named else {"GR": "EL"}.get(country, country)
    check = _CHECKS.get(of)
    if not plain or check is None:
        return text.strip()
    whole = plain if named else of + plain
    try:
        check(whole)
    except ValidationError as error:
        detail = f"{text.strip()!r} is no VAT id of {of}: {_why(error)}. Copy it from the company's own papers."
        raise VatIdInvalid(detail, faults=[Fault(pointer, VatIdInvalid.code, detail)]) from None
    return whole


def _why(error: ValidationError) -> str:
    if isinstance(error, InvalidLength):
        return "its length is wrong"
    return "its check digits do not fit" if isinstance(error, InvalidChecksum) else "its form is wrong"
