//! Characters a second of the encoder, for every kernel this processor has.
//!
//! `cargo bench --bench encoder -- [--model FILE]... [--threads N]... [--batch 64x64]...
//! [--kernel NAME|best] [--cpu-time] [--json]`
//!
//! Without `--model`, random weights in the shapes of the two tiers; without `--batch`, 16, 64 and
//! 8 sequences of 64, 64 and 256 tokens. `--cpu-time` leaves out the time that a thread did not get
//! to run, for busy machines (Linux). `--logits` prints the logits of 4 sequences of 20 tokens
//! instead, one token a line. `training/compare_onnx.py` runs it next to ONNX Runtime.

use std::time::{Duration, Instant};

use shiji::recognise::container::Architecture;
use shiji::recognise::encoder::{Batch, Kernel, Scratch};
use shiji::recognise::model::{Model, random_file};

/// (sequences, tokens each)
const BATCHES: [(usize, usize); 3] = [(16, 64), (64, 64), (8, 256)];

/// Length of a measurement; the best of three counts.
const SPAN: Duration = Duration::from_millis(400);

struct Options {
    models: Vec<String>,
    threads: Vec<usize>,
    batches: Vec<(usize, usize)>,
    kernel: Option<String>,
    json: bool,
    cpu_time: bool,
    logits: bool,
}

fn main() {
    let options = options();
    let mut models: Vec<Model> = options.models.iter().map(|path| load(path)).collect();
    if models.is_empty() {
        models = vec![random("12x384", 12, 384, 12), random("3x192", 3, 192, 6)];
    }
    if options.logits {
        return models.iter().for_each(print_logits);
    }
    for model in &models {
        for kernel in Kernel::available() {
            if options
                .kernel
                .as_deref()
                .is_some_and(|name| name != kernel.name())
            {
                continue;
            }
            for &(sequences, length) in &options.batches {
                for &threads in &options.threads {
                    let speed = measure(&options, model, kernel, threads, (sequences, length));
                    report(&options, model, kernel, threads, (sequences, length), speed);
                }
            }
        }
    }
}

fn options() -> Options {
    let mut options = Options {
        models: vec![],
        threads: vec![],
        batches: vec![],
        kernel: None,
        json: false,
        cpu_time: false,
        logits: false,
    };
    let mut arguments = std::env::args().skip(1);
    let value =
        |arguments: &mut dyn Iterator<Item = String>| arguments.next().expect("the option has a value");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--model" => options.models.push(value(&mut arguments)),
            "--threads" => options
                .threads
                .push(value(&mut arguments).parse().expect("a number of threads")),
            "--batch" => options.batches.push(batch(&value(&mut arguments))),
            "--kernel" => {
                let name = value(&mut arguments);
                options.kernel = Some(if name == "best" {
                    Kernel::best().name().to_owned()
                } else {
                    name
                });
            }
            "--cpu-time" => options.cpu_time = true,
            "--json" => options.json = true,
            "--logits" => options.logits = true,
            "--bench" => {}
            unknown => panic!("unknown option {unknown}"),
        }
    }
    if options.threads.is_empty() {
        options.threads = vec![1, 2];
    }
    if options.batches.is_empty() {
        options.batches = BATCHES.to_vec();
    }
    options
}

fn batch(text: &str) -> (usize, usize) {
    let numbers = text
        .split_once('x')
        .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers.expect("a batch is written 64x64: sequences x tokens of each")
}

fn random(name: &str, layers: usize, hidden: usize, heads: usize) -> Model {
    let architecture = Architecture {
        layers,
        hidden,
        heads,
        ffn: 4 * hidden,
        positions: 512,
        eps: 1e-12,
        bigrams: 0,
    };
    Model::load(&random_file(architecture, 9000, 64, 7, 1), name).expect("a well-formed model")
}

fn load(path: &str) -> Model {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    Model::load(&bytes, path).unwrap_or_else(|error| panic!("{error}"))
}

/// The same tokens as in `training/compare_onnx.py`.
fn tokens(model: &Model, count: usize) -> (Vec<u16>, Vec<u8>) {
    let (characters, features) = (model.vocabulary().len(), model.features().len());
    (0..count)
        .map(|i| ((i * 7919 % characters) as u16, (i * 31 % features) as u8))
        .unzip()
}

/// Characters a second: each thread runs the whole batch over and over.
fn measure(
    options: &Options,
    model: &Model,
    kernel: Kernel,
    threads: usize,
    (sequences, length): (usize, usize),
) -> f64 {
    let (ids, features) = tokens(model, sequences * length);
    let lengths = vec![length; sequences];
    let batch = Batch {
        ids: &ids,
        features: &features,
        lengths: &lengths,
    };
    let warm_up = Batch {
        ids: &ids[..length],
        features: &features[..length],
        lengths: &lengths[..1],
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads start");
    let once = || {
        let runs = pool.broadcast(|_| {
            let mut scratch = Scratch::with_kernel(kernel);
            model.forward(&mut scratch, &warm_up).expect("the batch fits");
            let (clock, mut runs) = (Clock::start(options.cpu_time), 0);
            while clock.elapsed() < SPAN {
                model.forward(&mut scratch, &batch).expect("the batch fits");
                runs += 1;
            }
            f64::from(runs) / clock.elapsed().as_secs_f64()
        });
        runs.iter().sum::<f64>() * (sequences * length) as f64
    };
    let first = once();
    // A kernel that needs long for one batch has been measured long enough.
    let more = if ((sequences * length) as f64) < first {
        2
    } else {
        0
    };
    (0..more).map(|_| once()).fold(first, f64::max)
}

/// Time since a start: of the clock on the wall, or of this thread on a processor.
struct Clock {
    wall: Instant,
    processor: Option<Duration>,
}

impl Clock {
    fn start(cpu_time: bool) -> Self {
        Self {
            wall: Instant::now(),
            processor: cpu_time.then(processor_time),
        }
    }

    fn elapsed(&self) -> Duration {
        self.processor
            .map_or_else(|| self.wall.elapsed(), |start| processor_time() - start)
    }
}

fn processor_time() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = status.split(' ').next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.expect("nanoseconds come first"))
}

fn report(
    options: &Options,
    model: &Model,
    kernel: Kernel,
    threads: usize,
    batch: (usize, usize),
    speed: f64,
) {
    let (sequences, length) = batch;
    let rate = model.macs_per_token(length) as f64 * speed / 1e9;
    if options.json {
        println!(
            "{{\"model\":\"{}\",\"kernel\":\"{}\",\"threads\":{threads},\"sequences\":{sequences},\"length\":{length},\"chars_per_second\":{speed:.0}}}",
            model.name(),
            kernel.name()
        );
    } else {
        println!(
            "{:<8} {:<12} {threads} thread(s)  {sequences:>3}×{length:<3}  {speed:>9.0} chars/s  {rate:>7.1} GMAC/s",
            model.name(),
            kernel.name()
        );
    }
}

fn print_logits(model: &Model) {
    let lengths = [20; 4];
    let (ids, features) = tokens(model, 80);
    let batch = Batch {
        ids: &ids,
        features: &features,
        lengths: &lengths,
    };
    let mut scratch = Scratch::new();
    for row in model
        .forward(&mut scratch, &batch)
        .expect("the batch fits")
        .rows()
    {
        println!("{}", row.iter().map(f32::to_string).collect::<Vec<_>>().join(" "));
    }
}
