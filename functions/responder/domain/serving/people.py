"""Take people out of what they wrote: prompts and completions, not alerts and log lines.

The address of a machine or the digits of a log line are what an incident is about and stay in an alert; in a prompt
the same digits are somebody. Numbers are proved by their check digits where they have some; what has none (a name,
a birthday, a passport) is believed where the words beside it say what it is, or by a common given name.
"""
# ruff: noqa: E501, RUF001  # a pattern is read in one line, and people write their own apostrophes and colons

import ipaddress
import re
from collections import Counter
from collections.abc import Callable

from responder.domain import check_digits
from responder.domain.redaction import redact, take_out
from responder.domain.serving.given_names import GIVEN_NAMES

_VERSION_LIKE = 16  # 12.4.1.3 is a chapter, and hardly ever an address
_UP = r"[A-ZÀ-ÖØ-ÞĆČĎĐĘĚŁŃŇŐŘŚŠŤŮŰŹŻŽİŞĞ][\w'’-]*"  # a word that begins with a capital
_SEP = r"[\"']?\s*(?:is|was|:|=|#)?\s*[\"']?"
_NAME = rf"(?:{_UP}|[A-Z]\.)(?:[ \u00a0](?:(?:van|von|der|den|de|del|della|di|da|dos|la|bin|al|y)[ ]){{0,2}}(?:{_UP}|[A-Z]\.)){{0,3}}"
_SURNAME = (
    rf"(?:[ \u00a0](?:[A-Z]\.|(?:van|von|der|den|de|del|della|di|da|dos|la|bin|al|y)|{_UP})){{0,3}}[ \u00a0]{_UP}"
)
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th|er|\.)?)"
_MONTH = r"(?:(?:de |of )?[^\W\d_]{3,10}\.?(?: de| of)?)"
_DATE = rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}|{_DAY},? {_MONTH},? \d{{4}}|{_MONTH} {_DAY},? \d{{4}})"
_BORN = (
    r"date[ _-]?of[ _-]?birth|birth[ _-]?da(?:te|y)|\bdob|\bborn(?: on| in)?|geburts(?:datum|tag)|geboren(?: am| op)?|geb\."
    r"|\bb-?day|geboortedatum|\bnée? le|date de naissance|fecha de nacimiento|nacid[oa] el|data di nascita|nat[oa] il"
    r"|data de nascimento|nascid[oa] [ae]m?|data urodzenia|urodzon[ya]"
)
_PAPER = (
    r"passport|reisepass|passeport|pasaporte|passaporto|driv(?:er'?s?|ing) licen[cs]e|national id(?:entity)?(?: card)?"
    r"|(?:personal)?ausweis|steuer-?id(?:entifikationsnummer)?|tax id|\bssn|social security|\bsin|\bnino|\btfn|\bnhs|\bpan"
)
_HOLDER = (
    r"account|acct|contrac?to?|contrat|booking|reservation|emp|mrn|mandats?ref|pedido|ordine|zamówienie|customer|client|member(?:ship)?|policy|order|invoice|patient|student|staff|employee|loyalty"
    r"|kunden|bestell|konto|vertrags|mitglieds"
)
_COUNTED = r"[ _-]?(?:number|num|no|nr|id|#|nummer|n°|nº)\.?"
_TITLE = r"\b(?:Mr|Mrs|Ms|Mx|Miss|Dr|Prof|Herrn?|Frau|Mme|Mlle|Monsieur|Madame|Sra?|Srta|Sig|Signora?|Pan|Pani|dr|señora?|signora?)\b\.?"
_SAID = (
    r"my name(?:'s| is)|i am called|ich heiße|mein name ist|je m'appelle|mon nom est|me llamo|mi nombre es|mi chiamo"
    r"|meu nome é|chamo-me|nazywam się|mijn naam is|jag heter|(?:kind|best|warm)? ?regards,|sincerely,|yours,|cheers,"
    r"|grüßen?,?|cordialement,|saludos,|dear|sehr geehrter?|cher|chère|estimad[oa]|hi|hello|hallo|signed(?: by)?"
)
_FIELD = (
    r"(?:full|first|last|given|family|sur|middle|customer|patient|employee|contact|card ?holder|account holder|user|display)?[ _-]?"
    r"name|fn|ln|customer|client[ei]?|payer|payee|pagador|cardholder|recipient|beneficiary|patient|addressee|vorname|nachname|nom|prénom|nombre|apellidos?|cognome|nome"
)
_WAY = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Close|Crescent"
    r"|Parkway|Pkwy|Row|Gardens|Grove|Hill|Mews|Circle|Yard|Wharf|Green|Park|Walk|Rise|Quay)"
)
_TOWN = (
    rf"(?:,? (?:apt|suite|unit|flat|#)\.? ?\w+)?(?:,?\s(?:[A-Z]-)?\d{{2,3}}[ -]?\d{{2,3}} {_UP}(?: {_UP})?"
    rf"|(?:, {_UP}(?: {_UP})?){{1,2}},? (?:[A-Z]{{2}},? )?(?:\d{{5}}(?:-\d{{4}})?|[A-Z]{{1,2}}\d\w? ?\d[A-Z]{{2}}))?"
)


def _somebodys(text: str) -> bool:
    """Say whether it is an address of a network interface, and not of this machine, of none, a netmask, or the number of a version."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if max(address.packed) < _VERSION_LIKE and not text.startswith("10."):
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or text.startswith("255."))


def _long_enough(text: str) -> bool:
    return 8 <= len(check_digits.digits_of(text)) <= 15  # noqa: PLR2004  # E.164, and no shorter subscriber


def _in_use(text: str) -> bool:
    return text.split(maxsplit=1)[0] in GIVEN_NAMES


Proof = Callable[[str], bool]
_PROVED: tuple[tuple[str, str, Proof | None], ...] = (
    ("ip", r"(?<![A-Za-z\d_.:-])(?:\d{1,3}\.){3}\d{1,3}(?![A-Za-z\d_-]|\.\d|/\d)", _somebodys),
    ("ip", r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9A-Fa-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])", _somebodys),
    ("national_id", r"\b(?:[XYZ]-?\d{7}|\d{8})-?[A-Z]\b", check_digits.dni),
    ("national_id", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", check_digits.cpf),
    ("national_id", r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", check_digits.codice_fiscale),
    ("national_id", r"\b[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}\b", check_digits.insee),
    ("national_id", r"(?<!\d)[1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d{4}[\dXx](?!\d)", check_digits.resident_id),
    ("national_id", r"\b(?:19|20)?\d{2}(?:0[1-9]|1[0-2])[0-3]\d[-+]\d{4}\b", check_digits.personnummer),
    ("national_id", r"(?i:\bpesel\b)[^\d\n]{0,12}(?P<it>\d{11})\b", check_digits.pesel),
    ("national_id", r"(?i:\bbsn\b)[^\d\n]{0,16}(?P<it>\d{9})\b", check_digits.bsn),
    ("national_id", r"\b9\d{2}-[5-9]\d-\d{4}\b", None),  # ITIN
    ("national_id", r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", None),  # United Kingdom
    ("national_id", rf"(?i:(?<![^\W_])(?:{_PAPER})(?:{_COUNTED})?{_SEP})(?P<it>(?=[A-Z-]{{0,4}}\d)[A-Z\d](?:[ -]?[A-Z\d]){{6,13}})\b", None),
    ("national_id", r"(?:マイナンバー|身份证号?|護照|护照)\D{0,6}(?P<it>[A-Z]?\d{8,18}[Xx]?)(?!\d)", None),
)  # fmt: skip
_SAID_SO: tuple[tuple[str, str, Proof | None], ...] = (
    ("birthday", rf"(?i:(?<![^\W_])(?:{_BORN}){_SEP})(?P<it>(?i:{_DATE}))", None),
    ("account", rf"(?i:(?<![^\W_])(?:{_HOLDER})(?:(?:{_COUNTED}){_SEP}| #))(?P<it>(?=[A-Za-z/-]{{0,6}}\d)[A-Za-z\d][A-Za-z\d/-]{{4,24}})\b", None),
    ("secret", r"(?i:\b(?:password|passwort|passphrase|mot de passe|contraseña|senha|hasło|pw|pwd|pass|bindpw))(?i:(?: [\w-]+){0,4}?(?: (?:is|was|be|to|ist|est|es|è|é))?)[:= ]+[\"'`]?(?P<it>(?=\S*\d)(?=\S*[A-Za-z])(?!\[)[^\s\"'`,]{6,})", None),
    ("phone", r"(?<![\w.,:/-])00[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?![\w-]|\.\d)", _long_enough),
    ("phone", r"(?<![\w.-])(?:1[-. ])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?![\w-]|\.\d)", None),
    ("phone", r"(?<![\w.,:/-])(?<!\d )\(?0\d{1,4}\)?(?:[ /-]\d{2,8}){1,5}(?![\w-]|[.,:]\d)", _long_enough),
    ("phone", rf"(?i:\b(?:phone|tel(?:efon|[ée]phone|éfono)?|mobile?|cell|call|handy|whatsapp|fax)\b(?:{_COUNTED})?\.?{_SEP}(?:me (?:on|at) |at |on )?)(?P<it>\(?\d(?:[ ./()-]{{0,2}}\d){{6,14}})(?![\w-])", None),
    ("address", rf"\b\d{{1,5}}[A-Za-z]? (?:[NSEW]\.? )?(?:{_UP} ){{1,3}}{_WAY}\b\.?{_TOWN}", None),
    ("address", rf"(?<![\w-])(?:{_UP}[ -])?(?:[^\W\d_][\w-]{{0,30}}?)?(?:[Ss]traße|[Ss]trasse|str\.|[Ww]eg|[Gg]asse|[Pp]latz|[Aa]llee|straat|laan|gatan|vägen|veien) \d{{1,4}} ?[a-z]?(?:/\d{{1,4}})?\b{_TOWN}", None),
    ("address", rf"\b(?:\d{{1,4}}(?: bis)?,? )?(?i:rue|avenue|boulevard|place|allée|via|viale|piazza|corso|calle|avenida|plaza|paseo|rua|ul\.|ulica)(?: (?:de|du|des|la|le|del|della|di|da|dos|las|los)){{0,2}} {_UP}(?: {_UP}){{0,2}},? (?:n[.º°] ?)?\d{{1,4}}(?:/\d{{1,4}})?\b{_TOWN}", None),
    ("address", rf"\b\d{{1,4}}(?: bis)?,? (?:rue|avenue|boulevard|place|allée|chemin|impasse)(?: (?:de|du|des|la|le|les|l')){{0,2}} ?{_UP}(?: {_UP}){{0,2}}{_TOWN}", None),
    ("address", rf"\b(?:{_UP} ){{1,3}}\d{{1,4}} ?[a-z]?,? \d{{4,5}} {_UP}", None),
    ("address", r"(?:(?:(?![省市区県都府町])[一-鿿]){1,5}[省市区県都府町]{1,2}){1,4}[一-鿿ぁ-んァ-ヶ\d-]{0,24}\d+(?:号室|番地|[\d号室幢楼番栋-])*", None),
    ("name", rf"(?:{_TITLE}) (?P<it>{_NAME})", None),
    ("name", rf"(?i:(?<![\w])(?:{_SAID}))(?:\s+)(?P<it>(?!{_TITLE})(?:{_UP})(?:[ \u00a0]{_UP}){{0,2}})(?=\W|$)", None),
    ("name", rf"(?i:(?<![\w])(?:{_FIELD})[\"']?)\s*[:=]\s*[\"']?(?P<it>{_UP}(?:[ \u00a0]{_UP}){{0,3}})(?![\w(])", None),
    ("name", rf"(?i:\b(?:i'm|i am|this is|ich bin|je suis|soy|sono)) (?P<it>{_UP}(?: {_UP}){{1,2}})(?=\W|$)", None),
    ("name", r"(?:姓名|收件人|联系人|客户|氏名|お?名前|顧客|宛名)[:：=]\s*(?P<it>[一-鿿ぁ-んァ-ヶ]{1,6}(?:[ \u3000][一-鿿ぁ-んァ-ヶ]{1,6})?)", None),
    ("name", r"(?<![一-鿿])(?P<it>[一-鿿]{1,4}[ \u3000]?[一-鿿ぁ-ん]{1,4})(?=さん|様)", None),
    ("name", rf"\b{_UP}{_SURNAME}", _in_use),
)  # fmt: skip
_KINDS = tuple((kind, re.compile(pattern), proves) for kind, pattern, proves in (*_PROVED, *_SAID_SO))


def redact_words(text: str) -> tuple[str, Counter[str]]:
    """Return what somebody wrote without secrets and people, and how many of each kind were taken out."""
    text, counts = redact(text)
    for kind, pattern, proves in _KINDS:
        text = take_out(text, kind, pattern, counts, proves)
    return text, +counts
