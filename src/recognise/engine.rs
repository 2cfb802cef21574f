//! shiji's own encoder as the recogniser's model.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ndarray::{Array2, s};

use crate::error::{Error, Result};
use crate::segment::{FEATURE_NAMES, Word};

use super::CASCADE;
use super::container::Container;
use super::encoder::reference::Reference;
use super::encoder::{Batch, Scratch};
use super::model::Model;
use super::scheme::Scheme;
use super::scorer::{Limits, MARKS, Scorer};
use super::view::{Symbol, Unit, view};
use super::window;

/// The models that are compiled in, by name.
const EMBEDDED: [(&str, &[u8]); 2] = [
    ("accurate", include_bytes!("../../models/accurate.shiji")),
    ("fast", include_bytes!("../../models/fast.shiji")),
];

/// Ending of model files.
const EXTENSION: &str = "shiji";

/// Most units of a window; encoders are trained on contexts of this length. A model
/// with fewer positions gets shorter windows.
const LENGTH: usize = 220;

/// Tokens that are encoded at once: enough rows to keep the matrix kernels busy,
/// few enough that the activations stay in the second-level cache.
const BATCH: usize = 256;

/// Characters of the Basic Multilingual Plane.
const PLANE: usize = 1 << 16;

/// A model file and the encoder that runs it.
pub(super) struct Engine {
    model: Model,
    /// The same weights, if they are to be computed with in `f32`.
    reference: Option<Reference>,
    scheme: Scheme,
    /// Id of every character of the Basic Multilingual Plane, then of the others.
    characters: Box<[u16]>,
    others: HashMap<char, u16>,
    specials: Specials,
    /// Most units of a window.
    longest: usize,
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

impl Engine {
    /// The model of that name or at that path.
    pub(super) fn find(name: &str) -> Result<Self> {
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
                "no model {name:?}: expected `{CASCADE}`, {}, the path of a .{EXTENSION} file, or a name for one of {}{}",
                EMBEDDED.map(|(name, _)| format!("`{name}`")).join(", "),
                candidates
                    .iter()
                    .map(|c| c.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
                if path.is_dir() {
                    "; it is a folder: the folder of a BERT wants --backend bert"
                } else {
                    ""
                }
            ))),
        }
    }

    pub(super) fn load(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// The model in a file, computed in `f32`.
    pub(super) fn load_reference(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, error))?;
        let name = path.display().to_string();
        let engine = Self::from_bytes(&bytes, &name)?;
        let reference = Reference::load(&Container::parse(&bytes, &name)?)?;
        Ok(Self {
            reference: Some(reference),
            ..engine
        })
    }

    fn from_bytes(bytes: &[u8], name: &str) -> Result<Self> {
        let model = Model::load(bytes, name)?;
        let Some(scheme) = Scheme::of(model.labels()) else {
            return Err(Error::resource(
                name,
                format!("labels {:?}, expected {:?}", model.labels(), Scheme::Bio.names()),
            ));
        };
        if model.features() != FEATURE_NAMES {
            return Err(Error::resource(
                name,
                "its word features are not those of this release",
            ));
        }
        let positions = model.architecture().positions;
        if positions < window::SHORTEST + MARKS {
            return Err(Error::resource(
                name,
                format!("{positions} positions, needs {}", window::SHORTEST + MARKS),
            ));
        }
        let mut others = HashMap::new();
        let mut named = HashMap::new();
        for (id, entry) in (0..=u16::MAX).zip(model.vocabulary()) {
            let mut chars = entry.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => drop(others.insert(c, id)),
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
            space: others.get(&'\u{2581}').copied().unwrap_or(unknown),
        };
        let mut characters = vec![unknown; PLANE].into_boxed_slice();
        for (c, id) in others.extract_if(|&c, _| (c as usize) < PLANE) {
            characters[c as usize] = id;
        }
        Ok(Self {
            model,
            reference: None,
            scheme,
            characters,
            others,
            specials,
            longest: LENGTH.min(positions - MARKS),
            idle: Mutex::new(Vec::new()),
        })
    }

    fn id(&self, symbol: Symbol) -> u16 {
        match symbol {
            Symbol::Char(c) => match self.characters.get(c as usize) {
                Some(&id) => id,
                None => self.others.get(&c).copied().unwrap_or(self.specials.unknown),
            },
            Symbol::Space => self.specials.space,
            Symbol::Break => self.specials.end,
            Symbol::Rest => self.specials.unknown,
        }
    }

    /// Units that another engine has read, with this one's numbers.
    pub(super) fn renumber(&self, units: &[Unit]) -> Vec<Unit> {
        let renumbered = |unit: &Unit| Unit {
            id: self.id(unit.symbol).into(),
            ..*unit
        };
        units.iter().map(renumbered).collect()
    }

    /// The logits of every token of `batch`.
    fn forward(&self, batch: &Batch<'_>) -> Array2<f32> {
        if let Some(reference) = &self.reference {
            return reference.forward(batch);
        }
        let pooled = self.idle.lock().map(|mut idle| idle.pop()).ok().flatten();
        let mut scratch = pooled.unwrap_or_default();
        let logits = self
            .model
            .forward(&mut scratch, batch)
            .expect("windows fit the model")
            .to_owned();
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(scratch);
        }
        logits
    }
}

impl Scorer for Engine {
    fn scheme(&self) -> Scheme {
        self.scheme
    }

    fn sha256(&self) -> Result<String> {
        Ok(self.model.sha256().to_owned())
    }

    fn limits(&self) -> Limits {
        Limits {
            window: self.longest,
            batch: BATCH,
            pads: false,
        }
    }

    fn read(&self, text: &str, words: &[Word<'_>]) -> Vec<Unit> {
        view(text, words, |symbol, _| Some(self.id(symbol).into()))
    }

    fn score(&self, windows: &[&[Unit]]) -> Array2<f32> {
        let lengths: Vec<usize> = windows.iter().map(|units| units.len() + MARKS).collect();
        let tokens = lengths.iter().sum();
        let mut ids = Vec::with_capacity(tokens);
        let mut features = Vec::with_capacity(tokens);
        for units in windows {
            ids.push(self.specials.begin);
            ids.extend(units.iter().map(|unit| unit.id as u16));
            ids.push(self.specials.end);
            features.push(0);
            features.extend(units.iter().map(|unit| unit.feature));
            features.push(0);
        }
        let logits = self.forward(&Batch {
            ids: &ids,
            features: &features,
            lengths: &lengths,
        });
        let mut scores = Array2::zeros((tokens - MARKS * windows.len(), self.scheme.count()));
        let (mut row, mut token) = (0, 0);
        for units in windows {
            // The token of <s> comes first.
            scores
                .slice_mut(s![row..row + units.len(), ..])
                .assign(&logits.slice(s![token + 1..token + 1 + units.len(), ..]));
            row += units.len();
            token += units.len() + MARKS;
        }
        scores
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
