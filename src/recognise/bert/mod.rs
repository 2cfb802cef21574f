//! Any BERT-family token classifier as the recogniser's model, run by libtorch through rust-bert.
//!
//! A checkpoint is a folder as transformers saves it: `config.json`, `vocab.txt` or
//! `tokenizer.json`, `model.safetensors` or rust-bert's `rust_model.ot`; and optionally
//! `shiji.toml`:
//!
//! ```toml
//! tokens = "characters"  # each character a token; "words": BERT's tokeniser. From the vocabulary if left out
//! fold = true            # read simplified, half-width text; else the text as it is
//! word_features = true   # token_type_ids are shiji's word features; else 0
//! space = "▁"            # token for white space between Han characters; else none
//! window = 220           # most tokens at once without [CLS] and [SEP]; else what the model takes, 510 at most
//! batch = 1024           # tokens of a batch
//! [types]                # types of id2label that are not ours, or not what we take them for
//! GPE = "LOC"
//! SHIP = "none"
//! ```
//!
//! rust-bert's own pipeline is not used: beyond one batch it mixes up its windows. Windows,
//! batches and decoding are those of [`super::Recogniser`].

mod folder;
mod labels;
mod network;
mod reader;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use ndarray::Array2;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tch::{Cuda, Device};

use crate::error::{Error, Result};
use crate::segment::{FEATURE_NAMES, Word};

use super::Recogniser;
use super::scheme::Scheme;
use super::scorer::{Limits, MARKS, Scorer};
use super::view::Unit;
use super::window::SHORTEST;

use folder::Folder;
use labels::Labels;
use network::{Networks, Rectangle};
use reader::Reader;

/// Most tokens of a window, unless `shiji.toml` or the model has fewer positions.
const WINDOW: usize = 510;

/// Tokens of a batch: on a processor enough for its matrix kernels, on a GPU for its many cores.
const PROCESSOR_BATCH: usize = 1024;
const GPU_BATCH: usize = 16_384;

/// Networks with one core each; beyond that the cores are divided among them, since making a
/// network takes memory until it shares the weights of the first.
const MOST_NETWORKS: usize = 8;

/// How a checkpoint is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `cpu`, `cuda` or `cuda:N`; `cpu` if left out.
    pub device: Option<String>,
    /// How many threads call the recogniser at once; 0 for one a core. On a processor up to 8
    /// networks with the same weights run at once, and libtorch's own threads are set (for the
    /// whole process) to the share of each, which is 1 up to 8: they do not compete with rayon's.
    pub threads: usize,
    /// A file with the keys of `shiji.toml`, which goes before the folder's own.
    pub settings: Option<PathBuf>,
}

/// A loaded checkpoint.
pub struct Bert {
    labels: Labels,
    reader: Reader,
    networks: Networks,
    word_features: bool,
    limits: Limits,
    files: Vec<PathBuf>,
}

impl Bert {
    /// Loads the checkpoint in `folder`.
    ///
    /// # Errors
    /// If a file is missing, damaged or of a kind that is not supported, if the files do not
    /// fit each other, or if there is no such device.
    pub fn load(folder: &Path, options: &Options) -> Result<Self> {
        let device = device(options.device.as_deref().unwrap_or("cpu"))?;
        let folder = Folder::read(folder, options.settings.as_deref())?;
        let labels = Labels::new(&folder.labels, &folder.settings.types)
            .map_err(|reason| folder.refuse_config(reason))?;
        let limits = limits(&folder, device)?;
        let word_features = folder.settings.word_features.unwrap_or(false);
        check_sizes(&folder, word_features)?;
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads,
        };
        // A GPU has one queue: a second network would only wait.
        let count = if device.is_cuda() {
            1
        } else {
            threads.min(MOST_NETWORKS)
        };
        tch::set_num_threads(i32::try_from(threads / count).unwrap_or(1));
        let networks = Networks::load(&folder, device, count)?;
        let Folder {
            path,
            vocabulary,
            settings,
            weights,
            files,
            ..
        } = folder;
        let bert = Self {
            labels,
            reader: Reader::new(vocabulary, &settings)
                .map_err(|reason| Error::resource(path.display(), reason))?,
            networks,
            word_features,
            limits,
            files,
        };
        let probe = bert.logits(&[&[]]);
        if probe.iter().any(|logit| !logit.is_finite()) {
            return Err(Error::resource(
                weights.display(),
                "the weights give scores that are not finite",
            ));
        }
        Ok(bert)
    }

    /// Types of the checkpoint's labels that no table knows: their entities are left out.
    pub fn unknown_types(&self) -> &[String] {
        &self.labels.unknown_types
    }

    /// The logits of all tokens of some windows in a rectangle.
    fn logits(&self, windows: &[&[Unit]]) -> Vec<f32> {
        let columns = windows.iter().map(|units| units.len()).max().unwrap_or(0) + MARKS;
        let specials = self.reader.specials;
        let mut batch = Rectangle {
            rows: windows.len(),
            ids: Vec::with_capacity(windows.len() * columns),
            types: Vec::with_capacity(windows.len() * columns),
            mask: Vec::with_capacity(windows.len() * columns),
        };
        for (row, units) in (1..).zip(windows) {
            batch.ids.push(specials.begin.into());
            batch.ids.extend(units.iter().map(|unit| i64::from(unit.id)));
            batch.ids.push(specials.end.into());
            batch.types.push(0);
            batch.types.extend(units.iter().map(|unit| self.token_type(unit)));
            batch.mask.resize(batch.ids.len(), 1);
            batch.ids.resize(row * columns, specials.pad.into());
            batch.types.resize(row * columns, 0);
            batch.mask.resize(row * columns, 0);
        }
        self.networks.logits(&batch)
    }

    fn token_type(&self, unit: &Unit) -> i64 {
        if self.word_features {
            unit.feature.into()
        } else {
            0
        }
    }
}

impl Scorer for Bert {
    fn scheme(&self) -> Scheme {
        self.labels.scheme
    }

    fn sha256(&self) -> Result<String> {
        let mut hasher = Sha256::new();
        for path in &self.files {
            let length = hash_file(path, &mut hasher).map_err(|error| Error::io(path, error))?;
            hasher.update(length.to_le_bytes());
        }
        Ok(super::hexadecimal(hasher.finalize()))
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn read(&self, text: &str, words: &[Word<'_>]) -> Vec<Unit> {
        self.reader.read(text, words)
    }

    fn score(&self, windows: &[&[Unit]]) -> Array2<f32> {
        let logits = self.logits(windows);
        let longest = windows.iter().map(|units| units.len()).max().unwrap_or(0);
        let per_token = self.labels.inputs();
        let mut scores = Vec::new();
        for (units, row) in windows.iter().zip(logits.chunks((longest + MARKS) * per_token)) {
            // The token of [CLS] comes first.
            let tokens = row.chunks(per_token).skip(1).take(units.len());
            scores.extend(tokens.flat_map(|token| self.labels.scores(token)));
        }
        let rows = windows.iter().map(|units| units.len()).sum();
        Array2::from_shape_vec((rows, self.labels.scheme.count()), scores).expect("a score a token and label")
    }
}

impl Recogniser {
    /// The checkpoint in a folder.
    ///
    /// # Errors
    /// See [`Bert::load`].
    pub fn bert(folder: &Path, options: &Options) -> Result<Self> {
        Bert::load(folder, options).map(Self::from)
    }
}

impl From<Bert> for Recogniser {
    fn from(bert: Bert) -> Self {
        Self::with(bert)
    }
}

/// Adds the content of a file, which may be large; returns its length.
fn hash_file(path: &Path, hasher: &mut Sha256) -> io::Result<u64> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut length = 0;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(length);
        }
        hasher.update(chunk);
        let read = chunk.len();
        length += read as u64;
        reader.consume(read);
    }
}

fn device(name: &str) -> Result<Device> {
    let number = match name.strip_prefix("cuda") {
        _ if name == "cpu" => return Ok(Device::Cpu),
        Some("") => Some(0),
        Some(rest) => rest
            .strip_prefix(':')
            .and_then(|number| number.parse::<usize>().ok()),
        None => None,
    };
    let Some(number) = number else {
        return Err(Error::Usage(format!(
            "no device {name:?}: expected cpu, cuda or cuda:N"
        )));
    };
    let count = usize::try_from(Cuda::device_count()).unwrap_or(0);
    if number < count {
        return Ok(Device::Cuda(number));
    }
    Err(Error::Usage(format!(
        "no device {name:?}: this libtorch sees {count} GPUs; that of tools/libtorch.sh is for the processor, \
         a GPU needs a libtorch with CUDA when shiji is built (README)"
    )))
}

fn limits(folder: &Folder, device: Device) -> Result<Limits> {
    let positions = folder
        .config
        .get("max_position_embeddings")
        .and_then(Value::as_u64);
    let positions = positions
        .and_then(|positions| usize::try_from(positions).ok())
        .ok_or_else(|| folder.refuse_config("no number max_position_embeddings"))?;
    let most = positions.saturating_sub(MARKS);
    let window = folder.settings.window.unwrap_or(WINDOW.min(most));
    if most < SHORTEST {
        return Err(folder.refuse_config(format!(
            "max_position_embeddings {positions}: expected {} or more",
            SHORTEST + MARKS
        )));
    }
    if !(SHORTEST..=most).contains(&window) {
        return Err(Error::resource(
            folder.path.display(),
            format!("window = {window} in shiji.toml: expected {SHORTEST} to {most}"),
        ));
    }
    let batch = if device.is_cuda() {
        GPU_BATCH
    } else {
        PROCESSOR_BATCH
    };
    Ok(Limits {
        window,
        batch: folder.settings.batch.unwrap_or(batch),
        pads: true,
    })
}

/// Ids beyond the tables of embeddings would end the process.
fn check_sizes(folder: &Folder, word_features: bool) -> Result<()> {
    let number = |name: &str| folder.config.get(name).and_then(Value::as_u64);
    let rows = number("vocab_size").ok_or_else(|| folder.refuse_config("no number vocab_size"))?;
    let greatest = folder.vocabulary.ids.values().copied().max().unwrap_or(0);
    if u64::from(greatest) >= rows {
        return Err(folder.refuse_config(format!(
            "vocab_size {rows}, but the vocabulary has a token {greatest}: the files are of different models"
        )));
    }
    let types = number("type_vocab_size").unwrap_or(2);
    let features = FEATURE_NAMES.len() as u64;
    if word_features && types != features {
        return Err(folder.refuse_config(format!(
            "type_vocab_size {types}, but word_features = true in shiji.toml needs {features}"
        )));
    }
    Ok(())
}
