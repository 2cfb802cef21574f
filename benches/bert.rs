//! Characters a second of the recogniser with two models: shiji's encoder and libtorch through rust-bert.
//!
//! `cargo bench --features bert --bench bert -- FOLDER [MODEL.shiji] [--threads N]...`
//!
//! `FOLDER` is a checkpoint, best the same weights as `MODEL.shiji` (the compiled-in model if left out), as
//! `training/export_bert.py` writes them. The sample articles are read over and over, the two models in turn;
//! the best of the rounds counts. Segmentation is not in the time, decoding is. Each thread counts its own time on
//! a processor (on Linux), so that company does not count; give it as many cores as threads.

mod timing;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use shiji::recognise::Recogniser;
use shiji::recognise::bert::Options;
use shiji::segment::{Segmenter, Word};
use shiji::text::fold_str;
use shiji::{Article, Result, pipeline, read};

use timing::Clock;

const ROUNDS: usize = 3;
const LONG_ENOUGH: Duration = Duration::from_secs(5);

fn main() -> Result<()> {
    let (mut paths, mut threads) = (Vec::new(), Vec::new());
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => {
                let number = arguments.next().expect("--threads has a value");
                threads.push(number.parse().expect("a number of threads"));
            }
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let folder = paths.first().expect("the folder of a checkpoint");
    if threads.is_empty() {
        threads = vec![1, std::thread::available_parallelism().map_or(1, |n| n.get())];
    }
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/data/samples");
    let articles: Vec<Article> =
        read::articles([PathBuf::from(samples)], read::Options::default()).collect::<Result<_>>()?;
    let texts: Vec<String> = articles.iter().map(Article::text).collect();
    let folded: Vec<String> = texts.iter().map(|text| fold_str(text)).collect();
    let segmenter = Segmenter::new();
    let words: Vec<Vec<Word<'_>>> = folded
        .iter()
        .map(|text| segmenter.words(text).collect())
        .collect();
    let inputs: Vec<(&str, &[Word<'_>])> = texts
        .iter()
        .map(String::as_str)
        .zip(words.iter().map(Vec::as_slice))
        .collect();
    let own = match paths.get(1) {
        Some(path) => Recogniser::load(path)?,
        None => Recogniser::embedded()?,
    };
    println!("threads  shiji chars/s  rust-bert chars/s  ratio");
    for threads in threads {
        let options = Options {
            threads,
            ..Options::default()
        };
        let bert = Recogniser::bert(folder, &options)?;
        let pools: Vec<rayon::ThreadPool> = (0..threads).map(|_| pipeline::pool(1)).collect::<Result<_>>()?;
        let mut best = [0f64; 2];
        for _ in 0..ROUNDS {
            for (best, model) in best.iter_mut().zip([&own, &bert]) {
                *best = best.max(measure(model, &inputs, &pools));
            }
        }
        let [own, bert] = best;
        println!("{threads:>7}  {own:>13.0}  {bert:>17.0}  {:>5.2}", own / bert);
    }
    Ok(())
}

/// Characters a second of threads that read all inputs over and over, each in a pool of its own: what it does is then
/// done in its own time.
fn measure(model: &Recogniser, inputs: &[(&str, &[Word<'_>])], pools: &[rayon::ThreadPool]) -> f64 {
    let characters: usize = inputs.iter().map(|(text, _)| text.chars().count()).sum();
    let speed = || {
        model.mentions(&inputs[..1]);
        let (clock, mut runs) = (Clock::start(), 0);
        while clock.elapsed() < LONG_ENOUGH {
            black_box(model.mentions(inputs));
            runs += 1;
        }
        (runs * characters) as f64 / clock.elapsed().as_secs_f64()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = pools
            .iter()
            .map(|pool| scope.spawn(|| pool.install(speed)))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("a measurement does not panic"))
            .sum()
    })
}
