//! The model file: named tensors behind a JSON header and a checksum.
//!
//! All numbers are little endian.
//!
//! | bytes | content |
//! |---|---|
//! | 0–7 | magic `SHIJIENC` |
//! | 8–11 | format version, `u32` = 1 |
//! | 12–15 | length of the JSON header, `u32`; 64 + length is a multiple of 64 (pad with spaces) |
//! | 16–23 | length of everything after this prefix, `u64` |
//! | 24–55 | SHA-256 of everything after this prefix |
//! | 56–63 | zero |
//! | 64– | JSON header ([`Header`]), then the tensors |
//!
//! The header lists each tensor with its name, `dtype` (`i8` or `f32`), shape and
//! offset. Offsets count from the end of the header and are multiples of 64;
//! tensors are dense and row-major. Which tensors a model has is told in
//! [`crate::recognise::model`]. `training/shiji_model.py` writes the same format.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"SHIJIENC";
const VERSION: u32 = 1;
const PREFIX: usize = 64;
const ALIGNMENT: usize = 64;

/// Size and shape of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Transformer layers.
    pub layers: usize,
    /// Width of the hidden state; a multiple of 64.
    pub hidden: usize,
    /// Attention heads; `hidden / heads` is a multiple of 32.
    pub heads: usize,
    /// Width of the feed-forward layer; a multiple of 64.
    pub ffn: usize,
    /// Longest sequence in tokens.
    pub positions: usize,
    /// Added to the variance in layer normalisation.
    pub eps: f32,
    /// Rows of each of the two tables of character pairs; 0 if there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub bigrams: usize,
}

fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// The JSON header of a model file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// Size and shape of the encoder.
    pub architecture: Architecture,
    /// What each character id stands for: a character, or the name of a special token.
    pub vocabulary: Vec<String>,
    /// What each value of the segmentation feature stands for; 0 is "none".
    pub features: Vec<String>,
    /// Names of the labels, in the order of the logits.
    pub labels: Vec<String>,
    /// Whatever the training code wants to pass on.
    #[serde(default)]
    pub meta: serde_json::Map<String, serde_json::Value>,
    /// Where the tensors are; filled in by [`write()`].
    #[serde(default)]
    pub tensors: Vec<TensorEntry>,
}

/// Type of the elements of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DType {
    /// Signed bytes.
    I8,
    /// 32-bit floating point.
    F32,
}

impl DType {
    fn bytes(self) -> usize {
        match self {
            Self::I8 => 1,
            Self::F32 => 4,
        }
    }
}

/// One line of the tensor table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TensorEntry {
    /// Name of the tensor.
    pub name: String,
    /// Type of its elements.
    pub dtype: DType,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Byte offset from the end of the header.
    pub offset: usize,
}

/// A tensor to be written: `data` holds its elements, little endian.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// Name of the tensor.
    pub name: String,
    /// Type of its elements.
    pub dtype: DType,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// The elements' bytes.
    pub data: Vec<u8>,
}

/// A model file whose checksum and tensor table have been verified.
#[derive(Debug)]
pub struct Container<'a> {
    name: &'a str,
    header: Header,
    sha256: String,
    data: &'a [u8],
    index: HashMap<String, usize>,
}

impl<'a> Container<'a> {
    /// Reads a model file. `name` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Resource`] if `bytes` is no model file, of another version, truncated or altered.
    pub fn parse(bytes: &'a [u8], name: &'a str) -> Result<Self> {
        let refuse = |reason: String| Error::resource(name, reason);
        let Some((prefix, payload)) = bytes.split_first_chunk::<PREFIX>() else {
            return Err(refuse(format!(
                "not a shiji model: only {} bytes long",
                bytes.len()
            )));
        };
        if !prefix.starts_with(MAGIC) {
            return Err(refuse(
                "not a shiji model: it does not begin with SHIJIENC".into(),
            ));
        }
        let version = u32_at(prefix, 8);
        if version != VERSION {
            return Err(refuse(format!(
                "model format version {version}, this program reads version {VERSION}; use a matching release of either"
            )));
        }
        let expected = u64::from(u32_at(prefix, 16)) | u64::from(u32_at(prefix, 20)) << 32;
        if expected != payload.len() as u64 {
            return Err(refuse(format!(
                "damaged: {} bytes after the prefix where {expected} were written; fetch the file again",
                payload.len()
            )));
        }
        let digest = Sha256::digest(payload);
        if digest.as_slice() != &prefix[24..56] || prefix[56..].iter().any(|&b| b != 0) {
            return Err(refuse(
                "damaged: the SHA-256 checksum does not match; fetch the file again".into(),
            ));
        }
        let header_length = u32_at(prefix, 12) as usize;
        if header_length > payload.len() || !header_length.is_multiple_of(ALIGNMENT) {
            return Err(refuse(format!(
                "damaged: impossible header length {header_length}"
            )));
        }
        let (json, data) = payload.split_at(header_length);
        let header: Header = serde_json::from_slice(json)
            .map_err(|e| refuse(format!("the header is not as documented: {e}")))?;
        let index = index_tensors(&header.tensors, data.len()).map_err(refuse)?;
        Ok(Self {
            name,
            sha256: super::hexadecimal(digest),
            header,
            data,
            index,
        })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header without a copy, and the checksum in hexadecimal.
    pub fn into_parts(self) -> (Header, String) {
        (self.header, self.sha256)
    }

    /// The elements of the `i8` tensor `tensor`, which must have this shape.
    ///
    /// # Errors
    /// [`Error::Resource`] if it is absent, or of another type or shape.
    pub fn i8(&self, tensor: &str, shape: &[usize]) -> Result<&'a [u8]> {
        self.tensor(tensor, DType::I8, shape)
    }

    /// The elements of the `f32` tensor `tensor`, which must have this shape.
    ///
    /// # Errors
    /// [`Error::Resource`] if it is absent, of another type or shape, or not finite.
    pub fn f32(&self, tensor: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let bytes = self.tensor(tensor, DType::F32, shape)?;
        let values: Vec<f32> = bytes
            .as_chunks()
            .0
            .iter()
            .map(|&b| f32::from_le_bytes(b))
            .collect();
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::resource(
                self.name,
                format!("tensor {tensor} has values that are not finite"),
            ));
        }
        Ok(values)
    }

    fn tensor(&self, tensor: &str, dtype: DType, shape: &[usize]) -> Result<&'a [u8]> {
        let refuse = |reason: String| Error::resource(self.name, reason);
        let Some(&at) = self.index.get(tensor) else {
            return Err(refuse(format!("tensor {tensor} is missing")));
        };
        let entry = &self.header.tensors[at];
        if entry.dtype != dtype || entry.shape != shape {
            return Err(refuse(format!(
                "tensor {tensor} is {:?} {:?}, the architecture needs {dtype:?} {shape:?}",
                entry.dtype, entry.shape
            )));
        }
        let length = shape.iter().product::<usize>() * dtype.bytes();
        Ok(&self.data[entry.offset..entry.offset + length])
    }
}

/// Checks that every tensor lies within the file and that none is listed twice.
fn index_tensors(tensors: &[TensorEntry], available: usize) -> Result<HashMap<String, usize>, String> {
    let mut index = HashMap::with_capacity(tensors.len());
    for (at, entry) in tensors.iter().enumerate() {
        let end = entry
            .shape
            .iter()
            .try_fold(entry.dtype.bytes(), |bytes, &axis| bytes.checked_mul(axis))
            .and_then(|bytes| bytes.checked_add(entry.offset));
        if end.is_none_or(|end| end > available) {
            return Err(format!(
                "tensor {} {:?} reaches beyond the end of the file",
                entry.name, entry.shape
            ));
        }
        if !entry.offset.is_multiple_of(ALIGNMENT) {
            return Err(format!(
                "tensor {} is not aligned to {ALIGNMENT} bytes",
                entry.name
            ));
        }
        if index.insert(entry.name.clone(), at).is_some() {
            return Err(format!("tensor {} is listed twice", entry.name));
        }
    }
    Ok(index)
}

/// A model file of `header` and `tensors`; the header's tensor table is made anew.
pub fn write(header: &Header, tensors: &[Tensor]) -> Vec<u8> {
    let mut header = header.clone();
    let mut data = Vec::new();
    header.tensors = Vec::with_capacity(tensors.len());
    for tensor in tensors {
        header.tensors.push(TensorEntry {
            name: tensor.name.clone(),
            dtype: tensor.dtype,
            shape: tensor.shape.clone(),
            offset: data.len(),
        });
        data.extend_from_slice(&tensor.data);
        data.resize(data.len().next_multiple_of(ALIGNMENT), 0);
    }
    let mut payload = serde_json::to_vec(&header).expect("a header has string keys only");
    payload.resize(payload.len().next_multiple_of(ALIGNMENT), b' ');
    let header_length = payload.len() as u32;
    payload.append(&mut data);

    let mut file = Vec::with_capacity(PREFIX + payload.len());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&header_length.to_le_bytes());
    file.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    file.extend_from_slice(&Sha256::digest(&payload));
    file.resize(PREFIX, 0);
    file.append(&mut payload);
    file
}

fn u32_at(bytes: &[u8; PREFIX], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
