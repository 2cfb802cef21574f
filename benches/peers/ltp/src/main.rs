//! The `ltp` crate's perceptron as a peer of shiji.
//!
//! `ltp-peer train UNIT TRAIN.bio MODEL [EPOCHS]` trains it with the crate's own trainer on all of a BIO
//! file but the last 2,000 sentences, which choose the epoch. `ltp-peer tag UNIT MODEL IN.jsonl OUT.jsonl`
//! tags the texts of a file once for each line on standard input and prints the seconds of each round.
//!
//! UNIT is what the perceptron labels. `word`: jieba's words with their parts of speech, as the crate's
//! authors use it; names that jieba cuts elsewhere cannot be found. `char`: characters, each with its place
//! in jieba's word and the word's part of speech.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use jieba_rs::Jieba;
use ltp::perceptron::SerdeNERModel;
use ltp::{Algorithm, Codec, Format, ModelSerde, NERDefinition, Trainer};
use serde::{Deserialize, Serialize};

const LABELS: [&str; 7] = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"];
const DEV_SENTENCES: usize = 2000;

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Word,
    Char,
}

/// What the perceptron labels: its text, its tag, and where it begins in characters.
struct Token {
    text: String,
    tag: String,
    start: usize,
}

#[derive(Deserialize)]
struct Input {
    id: String,
    text: String,
}

#[derive(Serialize)]
struct Output<'a> {
    id: &'a str,
    text: &'a str,
    mentions: Vec<Mention>,
}

#[derive(Serialize)]
struct Mention {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["train", unit, file, model] => train(self::unit(unit)?, file, model, 8),
        ["train", unit, file, model, epochs] => train(self::unit(unit)?, file, model, epochs.parse()?),
        ["tag", unit, model, input, output] => tag(self::unit(unit)?, model, input, output),
        _ => bail!("usage: ltp-peer train UNIT TRAIN.bio MODEL [EPOCHS] | tag UNIT MODEL IN.jsonl OUT.jsonl"),
    }
}

fn unit(name: &str) -> Result<Unit> {
    match name {
        "word" => Ok(Unit::Word),
        "char" => Ok(Unit::Char),
        _ => bail!("{name}: expected word or char"),
    }
}

fn train(unit: Unit, file: &str, model: &str, epochs: usize) -> Result<()> {
    let jieba = Jieba::new();
    let sentences = sentences(file)?;
    let (train, dev) = sentences.split_at(sentences.len().saturating_sub(DEV_SENTENCES));
    let files = [(train, format!("{model}.train")), (dev, format!("{model}.dev"))];
    for (part, path) in &files {
        write_gold(&jieba, unit, part, path)?;
    }
    let trainer = Trainer::new()
        .definition(NERDefinition::new(LABELS.map(str::to_owned).to_vec()))
        .epoch(epochs)
        .algorithm(Algorithm::AP(1))
        .eval_threads(1)
        .train_file(&files[0].1)?
        .eval_file(&files[1].1)?;
    let trained = trainer.build::<HashMap<String, usize>, Vec<_>>()?;
    trained.save(File::create(model)?, Format::AVRO(Codec::Deflate))?;
    for (_, path) in &files {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Characters and labels of each sentence of a BIO file.
fn sentences(path: &str) -> Result<Vec<(Vec<char>, Vec<String>)>> {
    let mut all = vec![(vec![], vec![])];
    for line in fs::read_to_string(path).with_context(|| path.to_owned())?.lines() {
        let Some((character, label)) = line.split_once('\t') else {
            all.push((vec![], vec![]));
            continue;
        };
        if let Some((characters, labels)) = all.last_mut() {
            characters.extend(character.chars().take(1));
            labels.push(label.to_owned());
        }
    }
    all.retain(|(characters, _)| !characters.is_empty());
    Ok(all)
}

/// The trainer's format: `word/tag/label`, blank between words, a sentence a line.
fn write_gold(jieba: &Jieba, unit: Unit, part: &[(Vec<char>, Vec<String>)], path: &str) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (characters, labels) in part {
        let text: String = characters.iter().collect();
        let tokens = cut_at_names(tokens(jieba, unit, &text), labels);
        let line: Vec<String> = tokens
            .iter()
            .map(|token| format!("{}/{}/{}", token.text, token.tag, labels[token.start]))
            .collect();
        writeln!(out, "{}", line.join(" "))?;
    }
    Ok(())
}

/// Words that hold the border of a gold name are cut there, so that every name can be learned.
fn cut_at_names(tokens: Vec<Token>, labels: &[String]) -> Vec<Token> {
    let is_border = |at: usize| labels[at].starts_with("B-") || (labels[at] == "O" && labels[at - 1] != "O");
    let mut cut = Vec::with_capacity(tokens.len());
    for token in tokens {
        let mut piece = Token {
            text: String::new(),
            tag: token.tag,
            start: token.start,
        };
        for (at, character) in (token.start..).zip(token.text.chars()) {
            if at > piece.start && is_border(at) {
                let rest = Token {
                    text: String::new(),
                    tag: piece.tag.clone(),
                    start: at,
                };
                cut.push(std::mem::replace(&mut piece, rest));
            }
            piece.text.push(character);
        }
        cut.push(piece);
    }
    cut
}

fn tokens(jieba: &Jieba, unit: Unit, text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 3);
    let mut at = 0;
    for word in jieba.tag(text, true) {
        let length = word.word.chars().count();
        if unit == Unit::Word {
            tokens.push(Token {
                text: visible(word.word),
                tag: word.tag.to_owned(),
                start: at,
            });
        } else {
            for (index, character) in word.word.chars().enumerate() {
                let place = match (index, length) {
                    (_, 1) => 'S',
                    (0, _) => 'B',
                    (index, length) if index + 1 == length => 'E',
                    _ => 'M',
                };
                tokens.push(Token {
                    text: visible(character.encode_utf8(&mut [0; 4])),
                    tag: format!("{place}{}", word.tag),
                    start: at + index,
                });
            }
        }
        at += length;
    }
    tokens
}

/// The trainer's format parts words by white space.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { '_' } else { c })
        .collect()
}

fn tag(unit: Unit, model: &str, input: &str, output: &str) -> Result<()> {
    let jieba = Jieba::new();
    let model: SerdeNERModel =
        ModelSerde::load(BufReader::new(File::open(model)?), Format::AVRO(Codec::Deflate))?;
    let inputs: Vec<Input> = BufReader::new(File::open(input)?)
        .lines()
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_>>()?;
    for warm_up in inputs.iter().take(100) {
        mentions(&jieba, unit, &model, &warm_up.text)?;
    }
    println!("ready");
    let mut found = vec![];
    for line in std::io::stdin().lines() {
        line?;
        let started = Instant::now();
        found = inputs
            .iter()
            .map(|input| mentions(&jieba, unit, &model, &input.text))
            .collect::<Result<Vec<_>>>()?;
        println!("{}", started.elapsed().as_secs_f64());
    }
    let mut out = BufWriter::new(File::create(output)?);
    for (input, mentions) in inputs.iter().zip(found) {
        let Input { id, text } = input;
        serde_json::to_writer(&mut out, &Output { id, text, mentions })?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn mentions(jieba: &Jieba, unit: Unit, model: &SerdeNERModel, text: &str) -> Result<Vec<Mention>> {
    let tokens = tokens(jieba, unit, text);
    if tokens.is_empty() {
        return Ok(vec![]);
    }
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let tags: Vec<&str> = tokens.iter().map(|token| token.tag.as_str()).collect();
    let labels = model.predict((&words, &tags))?;
    let mut mentions: Vec<Mention> = vec![];
    let mut open = false;
    for (token, label) in tokens.iter().zip(labels) {
        let end = token.start + token.text.chars().count();
        match (label.split_once('-'), mentions.last_mut()) {
            (Some(("I", kind)), Some(last)) if open && last.kind == kind => last.end = end,
            (Some((_, kind)), _) => {
                mentions.push(Mention {
                    start: token.start,
                    end,
                    kind: kind.to_owned(),
                });
                open = true;
            }
            _ => open = false,
        }
    }
    Ok(mentions)
}
