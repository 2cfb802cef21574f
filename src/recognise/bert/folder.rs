//! What a checkpoint's folder holds: `config.json`, the vocabulary, the weights, and
//! what the user says about them in `shiji.toml`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Our own file in the folder.
const SETTINGS: &str = "shiji.toml";

/// What a folder may have beside the weights.
const SMALL_FILES: [&str; 5] = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    SETTINGS,
];

/// The command that makes weights that can be loaded.
const CONVERT: &str = "python3 tools/convert_checkpoint.py";

/// What `shiji.toml` says of a checkpoint that its own files do not say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// What a token is; from the vocabulary if left out.
    pub tokens: Option<Tokens>,
    /// Whether the model reads the folded text, see [`crate::text::fold`]; the text itself if left out.
    pub fold: Option<bool>,
    /// Whether `token_type_ids` are the word features of [`crate::segment::FEATURE_NAMES`].
    pub word_features: Option<bool>,
    /// The token for white space between two Han characters; none is read if left out.
    pub space: Option<String>,
    /// Most tokens of a window without `[CLS]` and `[SEP]`.
    pub window: Option<usize>,
    /// Tokens of a batch.
    pub batch: Option<usize>,
    /// What the types of the labels are: PER, LOC, ORG or none.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Tokens {
    /// Every character.
    Characters,
    /// What BERT's own tokeniser makes: Han characters, punctuation, pieces of other words.
    Words,
}

impl Settings {
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| Error::io(path, error))?;
        toml::from_str(&text).map_err(|error| Error::resource(path.display(), error.to_string().trim_end()))
    }

    /// These settings where `self` says nothing.
    fn or(mut self, other: Self) -> Self {
        let mut types = other.types;
        types.extend(self.types);
        self.types = types;
        self.tokens = self.tokens.or(other.tokens);
        self.fold = self.fold.or(other.fold);
        self.word_features = self.word_features.or(other.word_features);
        self.space = self.space.or(other.space);
        self.window = self.window.or(other.window);
        self.batch = self.batch.or(other.batch);
        self
    }
}

/// The tokens of a checkpoint and how text is normalised before they are looked up.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub ids: HashMap<String, u32>,
    pub lower_case: bool,
    pub strip_accents: bool,
}

/// A checkpoint's folder, read except for the weights.
#[derive(Debug)]
pub(super) struct Folder {
    pub path: PathBuf,
    pub config: Map<String, Value>,
    /// `id2label` in the order of the logits.
    pub labels: Vec<String>,
    pub vocabulary: Vocabulary,
    pub weights: PathBuf,
    pub settings: Settings,
    /// All files that say what the model is.
    pub files: Vec<PathBuf>,
}

impl Folder {
    /// Reads a folder; `settings` is a file that goes before the folder's own `shiji.toml`.
    pub(super) fn read(path: &Path, settings: Option<&Path>) -> Result<Self> {
        if !path.is_dir() {
            return Err(Error::resource(
                path.display(),
                "no such folder: expected one with config.json, vocab.txt or tokenizer.json, and \
                 model.safetensors or rust_model.ot",
            ));
        }
        let config = object(&path.join("config.json"))?.ok_or_else(|| lacks(path, "config.json"))?;
        let own = path.join(SETTINGS);
        let own = own.is_file().then(|| Settings::read(&own)).transpose()?;
        let given = settings.map(Settings::read).transpose()?;
        let weights = weights(path)?;
        let small = SMALL_FILES.map(|name| path.join(name)).into_iter();
        let files = small
            .filter(|file| file.is_file())
            .chain(settings.map(Path::to_owned))
            .chain([weights.clone()])
            .collect();
        Ok(Self {
            files,
            labels: labels(&config)
                .map_err(|reason| Error::resource(path.join("config.json").display(), reason))?,
            vocabulary: vocabulary(path)?,
            weights,
            settings: given.unwrap_or_default().or(own.unwrap_or_default()),
            path: path.to_owned(),
            config,
        })
    }

    /// An error about `config.json`.
    pub(super) fn refuse_config(&self, reason: impl ToString) -> Error {
        Error::resource(self.path.join("config.json").display(), reason)
    }
}

/// A folder without a file that it must have: says what is there instead.
fn lacks(folder: &Path, expected: &str) -> Error {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let found = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    Error::resource(folder.display(), format!("no {expected}; the folder has {found}"))
}

/// A JSON file's object; `None` if there is no such file.
fn object(path: &Path) -> Result<Option<Map<String, Value>>> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| Error::resource(path.display(), format!("not a JSON object: {error}")))
}

fn labels(config: &Map<String, Value>) -> Result<Vec<String>, String> {
    let labels = config
        .get("id2label")
        .and_then(Value::as_object)
        .ok_or("no id2label: expected an object of numbers and labels, as a token classifier has")?;
    (0..labels.len())
        .map(|id| {
            let name = labels.get(&id.to_string()).and_then(Value::as_str);
            name.map(str::to_owned)
                .ok_or_else(|| format!("id2label has {} labels, but none for {id}", labels.len()))
        })
        .collect()
}

fn vocabulary(folder: &Path) -> Result<Vocabulary> {
    let tokenizer_path = folder.join("tokenizer.json");
    let tokenizer = object(&tokenizer_path)?;
    let ids = match &tokenizer {
        Some(tokenizer) => {
            pieces(tokenizer).map_err(|reason| Error::resource(tokenizer_path.display(), reason))?
        }
        None => lines(folder)?,
    };
    let settings = object(&folder.join("tokenizer_config.json"))?.unwrap_or_default();
    let normalizer = tokenizer.as_ref().and_then(bert_normalizer);
    let flag = |name: &str, value: Option<&Map<String, Value>>, key: &str| {
        settings
            .get(name)
            .and_then(Value::as_bool)
            .or_else(|| value?.get(key)?.as_bool())
    };
    let lower_case = flag("do_lower_case", normalizer, "lowercase").unwrap_or(true);
    Ok(Vocabulary {
        ids,
        lower_case,
        strip_accents: flag("strip_accents", normalizer, "strip_accents").unwrap_or(lower_case),
    })
}

/// `vocab.txt`: a token a line, its id the number of the line.
fn lines(folder: &Path) -> Result<HashMap<String, u32>> {
    let path = folder.join("vocab.txt");
    if !path.is_file() {
        return Err(lacks(folder, "vocab.txt or tokenizer.json"));
    }
    let text = fs::read_to_string(&path).map_err(|error| Error::io(&path, error))?;
    let tokens = text.split('\n').map(|line| line.trim_end_matches('\r'));
    Ok(tokens
        .zip(0..)
        .filter(|(token, _)| !token.is_empty())
        .map(|(token, id)| (token.to_owned(), id))
        .collect())
}

/// The vocabulary in a `tokenizer.json`.
fn pieces(tokenizer: &Map<String, Value>) -> Result<HashMap<String, u32>, String> {
    let model = tokenizer.get("model").and_then(Value::as_object);
    let kind = model.and_then(|model| model.get("type")).and_then(Value::as_str);
    if kind != Some("WordPiece") {
        return Err(format!(
            "a tokeniser of type {}: expected WordPiece, as the BERT family has",
            kind.unwrap_or("unknown")
        ));
    }
    let vocab = model
        .and_then(|model| model.get("vocab"))
        .and_then(Value::as_object);
    let added = tokenizer.get("added_tokens").and_then(Value::as_array);
    let added = added
        .into_iter()
        .flatten()
        .filter_map(|token| Some((token.get("content")?.as_str()?, token.get("id")?)));
    vocab
        .ok_or("no model.vocab: expected an object of tokens and ids")?
        .iter()
        .map(|(token, id)| (token.as_str(), id))
        .chain(added)
        .map(|(token, id)| {
            let number = id.as_u64().and_then(|id| u32::try_from(id).ok());
            number
                .map(|id| (token.to_owned(), id))
                .ok_or_else(|| format!("token {token:?} has the id {id}: expected a number"))
        })
        .collect()
}

fn bert_normalizer(tokenizer: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let normalizer = tokenizer.get("normalizer")?.as_object()?;
    let steps = normalizer.get("normalizers").and_then(Value::as_array);
    let is_bert =
        |step: &&Map<String, Value>| step.get("type").and_then(Value::as_str) == Some("BertNormalizer");
    std::iter::once(normalizer)
        .chain(steps.into_iter().flatten().filter_map(Value::as_object))
        .find(is_bert)
}

fn weights(folder: &Path) -> Result<PathBuf> {
    let known = ["model.safetensors", "rust_model.ot"].map(|name| folder.join(name));
    if let Some(found) = known.into_iter().find(|path| path.is_file()) {
        return Ok(found);
    }
    if folder.join("pytorch_model.bin").is_file() {
        return Err(Error::resource(
            folder.display(),
            format!(
                "its weights are in pytorch_model.bin; make model.safetensors of them: {CONVERT} {}",
                folder.display()
            ),
        ));
    }
    let mut others: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| Error::io(folder, error))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end == "safetensors" || end == "ot")
        })
        .collect();
    match (others.pop(), others.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(lacks(folder, "model.safetensors or rust_model.ot")),
    }
}
