//! Named entities: the model's view of a text → windows → encoder → decoder → mentions.

mod consistency;
pub mod container;
pub mod encoder;
mod gazetteer;
pub mod model;
mod view;
mod viterbi;
mod window;

use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

use crate::document::Mention;
use crate::error::{Error, Result};
use crate::segment::sentence::sentences;
use crate::segment::{FEATURE_NAMES, Word};
use crate::text::CharOffsets;

use encoder::{Batch, Scratch};
use model::Model;
use view::{Symbol, Unit, view};
use viterbi::{Constraint, Span};
use window::{Window, windows};

pub use viterbi::LABELS;

/// The models that are compiled in, by name.
const EMBEDDED: [(&str, &[u8]); 1] = [("accurate", include_bytes!("../../models/accurate.shiji"))];

/// Name of the model that is used where none is named; one of [`EMBEDDED`].
pub const DEFAULT_MODEL: &str = "accurate";

/// Ending of model files.
const EXTENSION: &str = "shiji";

/// Tokens that are encoded at once: enough rows to keep the matrix kernels busy,
/// few enough that the activations stay in the second-level cache.
const BATCH: usize = 256;

/// Finds named entities with a character encoder. Immutable and shared by all threads.
pub struct Recogniser {
    model: Model,
    characters: HashMap<char, u16>,
    specials: Specials,
    /// Scratch space of calls that are not running, for reuse.
    idle: Mutex<Vec<Scratch>>,
}

/// Ids of the tokens that are no characters.
struct Specials {
    begin: u16,
    end: u16,
    unknown: u16,
    space: u16,
}

/// A text that is ready to be recognised.
struct Prepared<'t> {
    text: &'t str,
    words: &'t [Word<'t>],
    units: Vec<Unit>,
    windows: Vec<Window>,
}

/// A window of one of several texts.
#[derive(Clone, Copy)]
struct Job<'w> {
    text: usize,
    window: &'w Window,
}

impl Job<'_> {
    /// Tokens that the encoder reads, with the marks of beginning and end.
    fn tokens(&self) -> usize {
        self.window.reads.len() + 2
    }
}

impl Recogniser {
    /// The default model, which is compiled in.
    ///
    /// # Errors
    /// If the model in this binary is damaged.
    pub fn embedded() -> Result<Self> {
        Self::find(DEFAULT_MODEL)
    }

    /// The model of that name or at that path. Names are those of the compiled-in
    /// models; others are looked up as `NAME.shiji` in the folder `models` beside the
    /// running program and in the current folder.
    ///
    /// # Errors
    /// If there is no such model, or its file is damaged.
    pub fn find(name: &str) -> Result<Self> {
        if let Some((_, bytes)) = EMBEDDED.iter().find(|(embedded, _)| *embedded == name) {
            return Self::from_bytes(bytes, name);
        }
        let path = Path::new(name);
        if path.is_file() {
            return Self::load(path);
        }
        let candidates = candidates(name);
        match candidates.iter().find(|candidate| candidate.is_file()) {
            Some(found) => Self::load(found),
            None => Err(Error::Usage(format!(
                "no model {name:?}: expected {}, the path of a .{EXTENSION} file, or a name for one of {}",
                EMBEDDED.map(|(name, _)| format!("`{name}`")).join(", "),
                candidates
                    .iter()
                    .map(|c| c.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
        }
    }

    /// The model in a file.
    ///
    /// # Errors
    /// If the file cannot be read or is no sound model.
    pub fn load(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    fn from_bytes(bytes: &[u8], name: &str) -> Result<Self> {
        let model = Model::load(bytes, name)?;
        if model.labels() != LABELS {
            return Err(Error::resource(
                name,
                format!("labels {:?}, expected {LABELS:?}", model.labels()),
            ));
        }
        if model.features() != FEATURE_NAMES {
            return Err(Error::resource(
                name,
                "its word features are not those of this release",
            ));
        }
        let positions = model.architecture().positions;
        if positions < window::LENGTH + 2 {
            return Err(Error::resource(
                name,
                format!("{positions} positions, needs {}", window::LENGTH + 2),
            ));
        }
        let mut characters = HashMap::with_capacity(model.vocabulary().len());
        let mut named = HashMap::new();
        for (id, entry) in (0..=u16::MAX).zip(model.vocabulary()) {
            let mut chars = entry.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => drop(characters.insert(c, id)),
                _ => drop(named.insert(entry.as_str(), id)),
            }
        }
        let special = |token: &str| {
            named
                .get(token)
                .copied()
                .ok_or_else(|| Error::resource(name, format!("no {token} in its vocabulary")))
        };
        let unknown = special("<unk>")?;
        let specials = Specials {
            begin: special("<s>")?,
            end: special("</s>")?,
            unknown,
            space: characters.get(&'\u{2581}').copied().unwrap_or(unknown),
        };
        Ok(Self {
            model,
            characters,
            specials,
            idle: Mutex::new(Vec::new()),
        })
    }

    /// The model that this recogniser runs.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The mentions of each text, in text order. `words` are those of the folded
    /// text, covering it. Texts are batched together; what else is in the batch
    /// does not change a text's mentions.
    pub fn mentions(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<Vec<Mention>> {
        let prepared: Vec<Prepared<'_>> = texts.iter().map(|(text, words)| prepare(text, words)).collect();
        prepared
            .iter()
            .zip(self.score(&prepared))
            .map(|(p, scores)| mentions(p, scores.view()))
            .collect()
    }

    /// The model's scores of each text, `[units × labels]` logits: a unit is a
    /// character that the model reads, white space between Han characters, or a
    /// line break.
    pub fn scores(&self, texts: &[(&str, &[Word<'_>])]) -> Vec<Array2<f32>> {
        let prepared: Vec<Prepared<'_>> = texts.iter().map(|(text, words)| prepare(text, words)).collect();
        self.score(&prepared)
    }

    fn score(&self, prepared: &[Prepared<'_>]) -> Vec<Array2<f32>> {
        let mut scores: Vec<Array2<f32>> = prepared
            .iter()
            .map(|p| Array2::zeros((p.units.len(), LABELS.len())))
            .collect();
        let jobs: Vec<Job<'_>> = prepared
            .iter()
            .enumerate()
            .flat_map(|(text, p)| p.windows.iter().map(move |window| Job { text, window }))
            .collect();
        let batches = batches(&jobs);
        let encoded: Vec<Array2<f32>> = batches
            .par_iter()
            .map(|batch| self.encode(prepared, batch))
            .collect();
        for (batch, logits) in batches.into_iter().zip(encoded) {
            let mut row = 0;
            for &Job { text, window } in batch {
                // The row of <s> comes first.
                let from = row + 1 + window.keeps.start - window.reads.start;
                scores[text]
                    .slice_mut(s![window.keeps.clone(), ..])
                    .assign(&logits.slice(s![from..from + window.keeps.len(), ..]));
                row += window.reads.len() + 2;
            }
        }
        scores
    }

    fn encode(&self, prepared: &[Prepared<'_>], batch: &[Job<'_>]) -> Array2<f32> {
        let tokens: usize = batch.iter().map(Job::tokens).sum();
        let mut ids = Vec::with_capacity(tokens);
        let mut features = Vec::with_capacity(tokens);
        let mut lengths = Vec::with_capacity(batch.len());
        for &Job { text, window } in batch {
            let units = &prepared[text].units[window.reads.clone()];
            ids.push(self.specials.begin);
            ids.extend(units.iter().map(|unit| self.id(unit.symbol)));
            ids.push(self.specials.end);
            features.push(0);
            features.extend(units.iter().map(|unit| unit.feature));
            features.push(0);
            lengths.push(units.len() + 2);
        }
        let pooled = self.idle.lock().map(|mut idle| idle.pop()).ok().flatten();
        let mut scratch = pooled.unwrap_or_default();
        let batch = Batch {
            ids: &ids,
            features: &features,
            lengths: &lengths,
        };
        let logits = self
            .model
            .forward(&mut scratch, &batch)
            .expect("windows fit the model")
            .to_owned();
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(scratch);
        }
        logits
    }

    fn id(&self, symbol: Symbol) -> u16 {
        match symbol {
            Symbol::Char(c) => self.characters.get(&c).copied().unwrap_or(self.specials.unknown),
            Symbol::Space => self.specials.space,
            Symbol::Break => self.specials.end,
        }
    }
}

/// Where a model of that name may lie.
fn candidates(name: &str) -> Vec<PathBuf> {
    let file = format!("models/{name}.{EXTENSION}");
    let program = std::env::current_exe().ok();
    let beside = program
        .as_deref()
        .and_then(Path::parent)
        .map(|folder| folder.join(&file));
    beside.into_iter().chain([PathBuf::from(file)]).collect()
}

fn prepare<'t>(text: &'t str, words: &'t [Word<'t>]) -> Prepared<'t> {
    let units = view(text, words.iter().copied());
    let starts = sentences(text).map(|sentence| sentence.start);
    let ends = starts.map(|start| units.partition_point(|unit| unit.position < start));
    let windows = windows(units.len(), ends.collect::<Vec<_>>());
    Prepared {
        text,
        words,
        units,
        windows,
    }
}

/// Groups windows, in order, into batches of about [`BATCH`] tokens.
fn batches<'j, 'w>(jobs: &'j [Job<'w>]) -> Vec<&'j [Job<'w>]> {
    let mut batches = Vec::new();
    let mut tokens = 0;
    let mut start = 0;
    for (at, job) in jobs.iter().enumerate() {
        if tokens + job.tokens() > BATCH && at > start {
            batches.push(&jobs[start..at]);
            (start, tokens) = (at, 0);
        }
        tokens += job.tokens();
    }
    if start < jobs.len() {
        batches.push(&jobs[start..]);
    }
    batches
}

fn mentions(prepared: &Prepared<'_>, scores: ArrayView2<'_, f32>) -> Vec<Mention> {
    let Prepared {
        text, words, units, ..
    } = prepared;
    let offsets = CharOffsets::new(text);
    let constraints = constraints(units, words);
    let mut spans: Vec<Span> = viterbi::decode(scores, &constraints)
        .into_iter()
        .filter_map(|span| {
            let Range { start, end } = trim(units, span.start..span.end)?;
            Some(Span { start, end, ..span })
        })
        .collect();
    consistency::apply(&mut spans, units, &constraints, scores);
    let mut mentions: Vec<Mention> = spans
        .into_iter()
        .map(|span| {
            let (start, end) = (units[span.start].position, units[span.end - 1].position + 1);
            Mention {
                start,
                end,
                text: offsets.slice(text, start, end).to_owned(),
                kind: span.kind,
                confidence: (span.probability * 1000.0).round() / 1000.0,
                entity: None,
            }
        })
        .collect();
    let is_free = |position: usize| {
        let unit = units.binary_search_by_key(&position, |unit| unit.position);
        unit.is_ok_and(|unit| constraints[unit] != Constraint::Outside)
    };
    gazetteer::apply(&mut mentions, words, text, &offsets, is_free);
    mentions
}

/// Line breaks and offices are outside entities (国防部长 is no body), and Latin
/// words are not cut.
fn constraints(units: &[Unit], words: &[Word<'_>]) -> Vec<Constraint> {
    let is_latin = |unit: &Unit| matches!(unit.symbol, Symbol::Char(c) if c.is_ascii_alphanumeric());
    let mut words = words.iter().peekable();
    let mut before = None;
    let mut constraints = vec![Constraint::Free; units.len()];
    for (at, unit) in units.iter().enumerate() {
        while let Some(word) = words.next_if(|word| word.end <= unit.position) {
            before = Some(word);
        }
        let word = words.peek().filter(|word| word.start <= unit.position);
        let is_office = word.is_some_and(|word| word.is_office);
        if let (Some(word), Some(before)) = (word, before)
            && is_head(unit, word)
        {
            let start = title_start(before, &units[..at]);
            constraints[start..=at].fill(Constraint::Outside);
            continue;
        }
        let follows = at > 0 && units[at - 1].position + 1 == unit.position;
        if unit.symbol == Symbol::Break || is_office {
            constraints[at] = Constraint::Outside;
        } else if follows && is_latin(unit) && is_latin(&units[at - 1]) {
            constraints[at] = Constraint::Continues;
        }
    }
    constraints
}

/// Last characters of places and bodies that share them with the title of their head:
/// 高雄市|长 is the 市长 of 高雄.
const SHARED: &str = "市省县州区镇乡村郡会校社台馆团军队行所";
/// Last characters of bodies whose name is a part of that title: 外交部|长.
const SWALLOWED: &str = "部局院署厅处司";

/// Whether the unit is the 长 of an office that the segmenter cut off.
fn is_head(unit: &Unit, word: &Word<'_>) -> bool {
    unit.symbol == Symbol::Char('长') && word.end - word.start == 1
}

/// First unit of the title that a 长 after the word `before`, the last of `units`, ends.
fn title_start(before: &Word<'_>, units: &[Unit]) -> usize {
    let last = match units.last().map(|unit| unit.symbol) {
        Some(Symbol::Char(last)) if before.end - before.start > 1 => last,
        _ => return units.len(),
    };
    if SHARED.contains(last) {
        return units.len() - 1;
    }
    if SWALLOWED.contains(last) {
        return units.partition_point(|unit| unit.position < before.start);
    }
    units.len()
}

/// The span without white space at its ends; none if nothing is left.
fn trim(units: &[Unit], span: Range<usize>) -> Option<Range<usize>> {
    let is_char = |unit: &Unit| matches!(unit.symbol, Symbol::Char(_));
    let first = units[span.clone()].iter().position(is_char)?;
    let last = units[span.clone()].iter().rposition(is_char)?;
    Some(span.start + first..span.start + last + 1)
}
