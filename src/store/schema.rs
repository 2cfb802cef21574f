//! The tables of the store.

/// Marks the file as a store of this program (`PRAGMA application_id`): `SHJI`.
pub(super) const APPLICATION: i32 = 0x5348_4A49;

/// Version of the tables (`PRAGMA user_version`); other versions are not opened.
pub(super) const VERSION: i32 = 2;

/// Days are numbers of days since 1970-01-01, `date(day * 86400, 'unixepoch')` in SQL;
/// offsets are code points of the text, half-open.
///
/// Topics are kept as entities whose `kind` is their scheme and whose mentions are
/// their evidence, so that whatever can be asked of a person can be asked of an issue.
///
/// `digest` of an article identifies its record, `input` the article that was tagged and
/// what with, where that is known.
///
/// `articles`, `mentions`, `first_day`, `last_day` of `entity`, `mentions` of `variant`
/// and all of `total` are sums over the other tables, kept up by the writer.
pub(super) const TABLES: &str = "
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE article (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    source INTEGER NOT NULL REFERENCES source,
    digest BLOB NOT NULL,
    input BLOB,
    day INTEGER,
    published TEXT,
    url TEXT,
    title TEXT,
    UNIQUE (key, source)
);
CREATE TABLE body (
    article INTEGER PRIMARY KEY REFERENCES article,
    text TEXT NOT NULL
);
CREATE TABLE sentence (
    article INTEGER NOT NULL REFERENCES article,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    PRIMARY KEY (article, number)
) WITHOUT ROWID;
CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_hant TEXT,
    name_en TEXT,
    articles INTEGER NOT NULL DEFAULT 0,
    mentions INTEGER NOT NULL DEFAULT 0,
    first_day INTEGER,
    last_day INTEGER
);
CREATE INDEX entity_by_articles ON entity (articles);
CREATE TABLE variant (
    entity INTEGER NOT NULL REFERENCES entity,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    mentions INTEGER NOT NULL,
    PRIMARY KEY (entity, text)
) WITHOUT ROWID;
CREATE INDEX variant_by_folded ON variant (folded);
CREATE TABLE mention (
    article INTEGER NOT NULL REFERENCES article,
    entity INTEGER NOT NULL REFERENCES entity,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    sentence INTEGER NOT NULL,
    PRIMARY KEY (article, entity, start)
) WITHOUT ROWID;
CREATE TABLE appearance (
    entity INTEGER NOT NULL REFERENCES entity,
    article INTEGER NOT NULL REFERENCES article,
    day INTEGER,
    source INTEGER NOT NULL,
    mentions INTEGER NOT NULL,
    PRIMARY KEY (entity, article)
) WITHOUT ROWID;
CREATE INDEX appearance_by_article ON appearance (article, entity);
CREATE TABLE event (
    entity INTEGER NOT NULL REFERENCES entity,
    article INTEGER NOT NULL REFERENCES article,
    sentence INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (entity, article, sentence)
) WITHOUT ROWID;
CREATE TABLE date (
    article INTEGER NOT NULL REFERENCES article,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    value TEXT NOT NULL,
    timex TEXT NOT NULL,
    precision TEXT NOT NULL,
    confidence REAL NOT NULL,
    PRIMARY KEY (article, start, end)
) WITHOUT ROWID;
CREATE TABLE role (
    entity INTEGER NOT NULL REFERENCES entity,
    title TEXT NOT NULL,
    of TEXT NOT NULL,
    former INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article,
    PRIMARY KEY (entity, title, of, former, article)
) WITHOUT ROWID;
CREATE INDEX role_by_article ON role (article);
CREATE TABLE total (
    day INTEGER PRIMARY KEY,
    articles INTEGER NOT NULL
);
";
