//! What a character costs, and what share of the machine's peak the encoder reaches.
//!
//! `cargo bench --bench cost -- FILE.shiji... [--json]` prints for each model file, on one thread and with
//! the best kernel: multiply-accumulates (MAC) a character, characters a second of the encoder, the
//! operations a second that this is (a MAC is two), the peak, and the share of it. The peak is what a
//! loop of nothing but the kernel's dot-product instruction reaches, operands in registers, in the same
//! run. Time is that of the processor where it can be read (Linux), so that company does not count.

mod timing;

use std::hint::black_box;
use std::time::Duration;

use shiji::recognise::encoder::{Batch, Kernel, Scratch};
use shiji::recognise::model::Model;

use timing::Clock;

/// Sequences of a batch, and tokens of each: about what the recogniser encodes at once.
const BATCH: (usize, usize) = (4, 64);

/// Length of a measurement.
const SPAN: Duration = Duration::from_millis(300);

/// Measurements of each, alternately; the best counts.
const ROUNDS: usize = 5;

struct Cost {
    name: String,
    macs: usize,
    characters: f64,
    /// Multiply-accumulates a second.
    rate: f64,
    peak: Option<f64>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (options, paths): (Vec<_>, Vec<_>) = arguments.iter().partition(|a| a.starts_with("--"));
    let json = options.iter().any(|option| *option == "--json");
    let kernel = Kernel::best();
    if !json {
        println!("{} kernel, 1 thread", kernel.name());
        println!("model                     MAC/char      chars/s    TOP/s  peak TOP/s  share");
    }
    for path in paths {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let model = Model::load(&bytes, path).unwrap_or_else(|error| panic!("{error}"));
        let cost = measure(&model, kernel);
        if json {
            println!("{}", as_json(&cost, kernel));
        } else {
            print(&cost);
        }
    }
}

fn measure(model: &Model, kernel: Kernel) -> Cost {
    let (sequences, length) = BATCH;
    let count = sequences * length;
    let (characters, features) = (model.vocabulary().len(), model.features().len());
    let ids: Vec<u16> = (0..count).map(|i| (i * 7919 % characters) as u16).collect();
    let features: Vec<u8> = (0..count).map(|i| (i * 31 % features) as u8).collect();
    let batch = Batch {
        ids: &ids,
        features: &features,
        lengths: &vec![length; sequences],
    };
    let mut scratch = Scratch::with_kernel(kernel);
    let mut forward = || {
        black_box(model.forward(&mut scratch, &batch).expect("the batch fits"));
    };
    forward();
    let (mut best, mut peak) = (0.0_f64, None::<f64>);
    for _ in 0..ROUNDS {
        best = best.max(per_second(&mut forward) * count as f64);
        peak = peak_of(kernel).map(|rate| rate.max(peak.unwrap_or(0.0)));
    }
    let macs = model.macs_per_token(length);
    Cost {
        name: model.name().to_owned(),
        macs,
        characters: best,
        rate: best * macs as f64,
        peak,
    }
}

/// How often `run` runs in a second.
fn per_second(run: &mut dyn FnMut()) -> f64 {
    let (clock, mut runs) = (Clock::start(), 0);
    while clock.elapsed() < SPAN {
        run();
        runs += 1;
    }
    f64::from(runs) / clock.elapsed().as_secs_f64()
}

/// Multiply-accumulates a second of the kernel's dot products alone.
fn peak_of(kernel: Kernel) -> Option<f64> {
    let (macs, mut run) = peak::run_of(kernel)?;
    Some(per_second(&mut run) * macs as f64)
}

fn print(cost: &Cost) {
    let Cost {
        name,
        macs,
        characters,
        rate,
        peak,
    } = cost;
    let (share, peak) = peak.map_or_else(
        || ("-".into(), "-".into()),
        |peak| {
            (
                format!("{:.1} %", 100.0 * rate / peak),
                format!("{:.3}", 2e-12 * peak),
            )
        },
    );
    println!(
        "{name:<22} {macs:>11} {characters:>12.0} {:>8.3} {peak:>11} {share:>6}",
        2e-12 * rate
    );
}

fn as_json(cost: &Cost, kernel: Kernel) -> serde_json::Value {
    serde_json::json!({
        "model": cost.name,
        "kernel": kernel.name(),
        "macs_per_character": cost.macs,
        "characters_per_second": cost.characters.round(),
        "tops": 2e-12 * cost.rate,
        "peak_tops": cost.peak.map(|peak| 2e-12 * peak),
        "share_of_peak": cost.peak.map(|peak| cost.rate / peak),
    })
}

#[cfg(not(target_arch = "x86_64"))]
mod peak {
    pub fn run_of(_: shiji::recognise::encoder::Kernel) -> Option<(usize, fn())> {
        None
    }
}

/// Loops of dot products over registers.
#[cfg(target_arch = "x86_64")]
mod peak {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    use shiji::recognise::encoder::Kernel;

    /// Sums that do not wait for each other: more than instructions are under way at a time.
    const SUMS: usize = 12;
    const TURNS: usize = 20_000;

    /// A loop and its number of multiply-accumulates; none for the portable kernel, which has no instruction of its own.
    pub fn run_of(kernel: Kernel) -> Option<(usize, fn())> {
        // SAFETY: these kernels are only handed out where the processor has their instructions.
        match kernel {
            Kernel::Avx512Vnni => Some((TURNS * SUMS * 64, || unsafe { avx512_vnni() })),
            Kernel::AvxVnni => Some((TURNS * SUMS * 32, || unsafe { avx_vnni() })),
            Kernel::Avx2 => Some((TURNS * SUMS * 32, || unsafe { avx2() })),
            _ => None,
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn avx512_vnni() {
        let (left, right) = (_mm512_set1_epi8(black_box(3)), _mm512_set1_epi8(black_box(-2)));
        let mut sums = [_mm512_setzero_si512(); SUMS];
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = _mm512_dpbusd_epi32(*sum, left, right);
            }
        }
        black_box(sums);
    }

    #[target_feature(enable = "avx2,avxvnni")]
    fn avx_vnni() {
        let (left, right) = (_mm256_set1_epi8(black_box(3)), _mm256_set1_epi8(black_box(-2)));
        let mut sums = [_mm256_setzero_si256(); SUMS];
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = _mm256_dpbusd_avx_epi32(*sum, left, right);
            }
        }
        black_box(sums);
    }

    /// Without VNNI a dot product is three instructions.
    #[target_feature(enable = "avx2")]
    fn avx2() {
        let (left, right) = (_mm256_set1_epi8(black_box(3)), _mm256_set1_epi8(black_box(-2)));
        let ones = _mm256_set1_epi16(black_box(1));
        let mut sums = [_mm256_setzero_si256(); SUMS];
        for _ in 0..TURNS {
            for sum in &mut sums {
                let pairs = _mm256_maddubs_epi16(black_box(left), right);
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(pairs, ones));
            }
        }
        black_box(sums);
    }
}
