//! The encoder and its classifier, run by libtorch through rust-bert.

use std::sync::{Condvar, Mutex};

use rayon::prelude::*;
use rust_bert::albert::{AlbertConfig, AlbertForTokenClassification};
use rust_bert::bert::{BertConfig, BertForTokenClassification};
use rust_bert::electra::{ElectraConfig, ElectraForTokenClassification};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor, no_grad};

use crate::error::{Error, Result};

use super::folder::Folder;

/// The kinds of checkpoints that are read, by `model_type` of their `config.json`.
const KINDS: &str = "bert, electra, albert";

enum Network {
    Bert(BertForTokenClassification),
    Electra(ElectraForTokenClassification),
    Albert(AlbertForTokenClassification),
}

/// Some sequences of tokens as a rectangle, row by row.
pub(super) struct Rectangle {
    pub rows: usize,
    pub ids: Vec<i64>,
    pub types: Vec<i64>,
    /// 1 for tokens, 0 for padding.
    pub mask: Vec<i64>,
}

impl Network {
    fn new(folder: &Folder, store: &VarStore) -> Result<Self> {
        let root = store.root();
        let kind = folder
            .config
            .get("model_type")
            .and_then(Value::as_str)
            .unwrap_or("bert");
        let network = match kind {
            "bert" => BertForTokenClassification::new(root, &config::<BertConfig>(folder)?).map(Self::Bert),
            "electra" => {
                ElectraForTokenClassification::new(root, &config::<ElectraConfig>(folder)?).map(Self::Electra)
            }
            "albert" => {
                AlbertForTokenClassification::new(root, &config::<AlbertConfig>(folder)?).map(Self::Albert)
            }
            other => {
                return Err(folder.refuse_config(format!("model_type {other:?}: expected one of {KINDS}")));
            }
        };
        network.map_err(|error| folder.refuse_config(error))
    }

    /// Logits as [rows, columns, labels].
    fn forward(&self, ids: &Tensor, mask: &Tensor, types: &Tensor) -> Tensor {
        let (ids, mask, types) = (Some(ids), Some(mask), Some(types));
        match self {
            Self::Bert(network) => network.forward_t(ids, mask, types, None, None, false).logits,
            Self::Electra(network) => network.forward_t(ids, mask, types, None, None, false).logits,
            Self::Albert(network) => network.forward_t(ids, mask, types, None, None, false).logits,
        }
    }
}

/// Networks with the same weights, as many as may run at once. A tensor may be moved to
/// another thread but not shared (`Send`, not `Sync`), so a network is taken, run and put back.
pub(super) struct Networks {
    device: Device,
    idle: Mutex<Vec<Network>>,
    returned: Condvar,
}

impl Networks {
    /// Loads the weights once for `count` networks.
    pub(super) fn load(folder: &Folder, device: Device, count: usize) -> Result<Self> {
        let mut first = VarStore::new(device);
        let network = Network::new(folder, &first)?;
        load_weights(&mut first, folder)?;
        first.freeze();
        let copy = |_| {
            let mut store = VarStore::new(device);
            let network = Network::new(folder, &store)?;
            store.freeze();
            share_weights(&store, &first);
            Ok(network)
        };
        let mut idle = (1..count).into_par_iter().map(copy).collect::<Result<Vec<_>>>()?;
        idle.push(network);
        Ok(Self {
            device,
            idle: Mutex::new(idle),
            returned: Condvar::new(),
        })
    }

    /// The logits of every token of `batch`, padding included, row by row.
    ///
    /// # Panics
    /// If libtorch cannot compute it, as when a GPU has too little memory.
    pub(super) fn logits(&self, batch: &Rectangle) -> Vec<f32> {
        let borrowed = self.take();
        let tensor = |values: &[i64]| {
            Tensor::from_slice(values)
                .view((batch.rows as i64, -1))
                .to_device(self.device)
        };
        let (ids, mask, types) = (tensor(&batch.ids), tensor(&batch.mask), tensor(&batch.types));
        let logits = no_grad(|| borrowed.network().forward(&ids, &mask, &types));
        let logits = logits
            .to_device(Device::Cpu)
            .to_kind(Kind::Float)
            .contiguous()
            .view(-1);
        Vec::try_from(logits).expect("a flat tensor of floats")
    }

    fn take(&self) -> Borrowed<'_> {
        let idle = self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut idle = self
            .returned
            .wait_while(idle, |idle| idle.is_empty())
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        Borrowed {
            network: idle.pop(),
            owner: self,
        }
    }
}

/// A network that goes back to its owner, whatever happens.
struct Borrowed<'n> {
    network: Option<Network>,
    owner: &'n Networks,
}

impl Borrowed<'_> {
    fn network(&self) -> &Network {
        self.network.as_ref().expect("there until it is dropped")
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut idle = self
            .owner
            .idle
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        idle.extend(self.network.take());
        self.owner.returned.notify_one();
    }
}

fn load_weights(store: &mut VarStore, folder: &Folder) -> Result<()> {
    let refuse = |cause: &str| {
        let expected = "expected the weights of a token classifier as transformers names them, in the sizes of config.json";
        Error::resource(folder.weights.display(), format!("{cause}; {expected}"))
    };
    let missing = store.load_partial(&folder.weights).map_err(|error| {
        let message = error.to_string();
        refuse(message.lines().next().unwrap_or_default())
    })?;
    // rust-bert's ALBERT has a pooler, which no token classifier uses and transformers leaves out.
    match missing.iter().filter(|name| !name.contains(".pooler.")).min() {
        Some(name) => Err(refuse(&format!("no tensor {name}"))),
        None => Ok(()),
    }
}

/// Lets the variables of `store` use the memory of those of `source`.
fn share_weights(store: &VarStore, source: &VarStore) {
    let weights = source.variables();
    for (name, mut variable) in store.variables() {
        if let Some(weight) = weights.get(&name) {
            variable.set_data(weight);
        }
    }
}

/// rust-bert's view of `config.json`: what transformers lets one leave out is filled in,
/// what rust-bert does not have is refused.
fn config<C: DeserializeOwned>(folder: &Folder) -> Result<C> {
    let mut config: Map<String, Value> = folder.config.clone();
    let defaults = [
        ("hidden_act", json!("gelu")),
        ("attention_probs_dropout_prob", json!(0.0)),
        ("hidden_dropout_prob", json!(0.0)),
        ("initializer_range", json!(0.02)),
        ("type_vocab_size", json!(2)),
        ("pad_token_id", json!(0)),
        ("bos_token_id", json!(0)),
        ("eos_token_id", json!(0)),
        ("inner_group_num", json!(1)),
        ("num_hidden_groups", json!(1)),
    ];
    for (name, value) in defaults {
        config.entry(name).or_insert(value);
    }
    let activation = match config["hidden_act"].as_str() {
        Some("silu") => Some("swish"),
        Some("gelu_python") => Some("gelu"),
        Some("gelu_fast" | "gelu_pytorch_tanh") => Some("gelu_new"),
        _ => None,
    };
    if let Some(name) = activation {
        config.insert("hidden_act".into(), json!(name));
    }
    let position = config.get("position_embedding_type").and_then(Value::as_str);
    if let Some(position) = position.filter(|&position| position != "absolute") {
        return Err(folder.refuse_config(format!("position_embedding_type {position:?}: expected absolute")));
    }
    let is_bert = config
        .get("model_type")
        .and_then(Value::as_str)
        .is_none_or(|kind| kind == "bert");
    let eps = config
        .get("layer_norm_eps")
        .and_then(Value::as_f64)
        .unwrap_or(1e-12);
    if is_bert && eps > 1e-6 {
        return Err(folder.refuse_config(format!(
            "layer_norm_eps {eps}: rust-bert has 1e-12 for every BERT"
        )));
    }
    let number = |name: &str| config.get(name).and_then(Value::as_u64).unwrap_or(0);
    let (hidden, heads) = (number("hidden_size"), number("num_attention_heads"));
    if heads == 0 || !hidden.is_multiple_of(heads) {
        return Err(folder.refuse_config(format!(
            "hidden_size {hidden} is not a multiple of num_attention_heads {heads}"
        )));
    }
    serde_json::from_value(Value::Object(config)).map_err(|error| folder.refuse_config(error))
}
