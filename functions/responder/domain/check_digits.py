"""Numbers that prove themselves: a check digit tells a card, an account or a citizen from any other digits.

Each takes the text as it stood, separators and all. One number in ten, or in a hundred, passes by chance.
"""

from collections.abc import Sequence

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IS": 26, "IT": 27, "KW": 30, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18,
    "NO": 15, "PL": 28, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
    "TR": 26, "UA": 29, "XK": 20,
}  # fmt: skip
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE_ODD = dict(
    zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
         10, 22, 25, 24, 23),
        strict=True)
)  # fmt: skip


def digits_of(text: str) -> list[int]:
    return [int(c) for c in text if c in "0123456789"]


def luhn(text: str) -> bool:
    """ISO/IEC 7812-1; a row of zeros is nobody's."""
    digits = digits_of(text)
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]  # noqa: PLR2004  # 4*2 is the last one-digit double
    return any(digits) and sum(digits[-1::-2] + doubled) % 10 == 0


def card(text: str) -> bool:
    """Luhn, and a first digit that a card network has."""
    return digits_of(text)[0] in (2, 3, 4, 5, 6) and luhn(text)


def iban(text: str) -> bool:
    """ISO 13616: the country's length, and 1 modulo 97."""
    plain = "".join(text.split()).upper()
    known = IBAN_LENGTHS.get(plain[:2]) == len(plain)
    return known and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def dni(text: str) -> bool:
    """Spain's DNI and NIE: the letter is the number modulo 23."""
    plain = "".join(c for c in text.upper() if c.isalnum())
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return number.isdigit() and plain[-1] == _DNI[int(number) % 23]


def cpf(text: str) -> bool:
    """Brazil's CPF: two check digits; a repeated digit passes and is nobody's."""
    digits = digits_of(text)
    return len(set(digits)) > 1 and all(digits[n] == _cpf_digit(digits[:n]) for n in (9, 10))


def pesel(text: str) -> bool:
    """Poland's PESEL."""
    return _weighted(digits_of(text), (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def bsn(text: str) -> bool:
    """The Dutch BSN: the eleven test."""
    return _weighted(digits_of(text), (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def insee(text: str) -> bool:
    """France's social security number: the key is 97 less the rest."""
    number = "".join(map(str, digits_of(text)))
    return 97 - int(number[:13]) % 97 == int(number[13:])


def codice_fiscale(text: str) -> bool:
    """Italy's codice fiscale: odd places by a table, even ones by their rank."""
    plain = text.upper()
    odd = sum(_CODICE_ODD[c] for c in plain[0:15:2])
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in plain[1:15:2])
    return (odd + even) % 26 == ord(plain[15]) - ord("A")


def personnummer(text: str) -> bool:
    """Sweden's personnummer: Luhn over the last ten digits."""
    return luhn("".join(map(str, digits_of(text)[-10:])))


def resident_id(text: str) -> bool:
    """China's resident number: ISO 7064, modulo 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighted([int(c) for c in text[:17]], weights) % 11] == text[17].upper()


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True))


def _cpf_digit(before: Sequence[int]) -> int:
    return _weighted(before, range(len(before) + 1, 1, -1)) * 10 % 11 % 10
