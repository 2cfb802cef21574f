//! The engine against the reference, the kernels against each other.

use proptest::prelude::*;

use super::reference::Reference;
use super::*;
use crate::recognise::container::Container;
use crate::recognise::model::random_file;

const CHARACTERS: usize = 300;
const FEATURES: usize = 9;

fn file(layers: usize, hidden: usize, heads: usize, ffn: usize, labels: usize) -> Vec<u8> {
    with_bigrams(0, layers, hidden, heads, ffn, labels)
}

fn with_bigrams(
    bigrams: usize,
    layers: usize,
    hidden: usize,
    heads: usize,
    ffn: usize,
    labels: usize,
) -> Vec<u8> {
    let architecture = Architecture {
        bigrams,
        layers,
        hidden,
        heads,
        ffn,
        positions: 320,
        eps: 1e-12,
    };
    random_file(architecture, CHARACTERS, FEATURES, labels, 7)
}

fn tokens(lengths: &[usize], seed: usize) -> (Vec<u16>, Vec<u8>) {
    (0..lengths.iter().sum())
        .map(|i| {
            let mixed = (i + seed).wrapping_mul(2_654_435_761) >> 7;
            ((mixed % CHARACTERS) as u16, (mixed / 1000 % FEATURES) as u8)
        })
        .unzip()
}

fn logits(model: &Model, scratch: &mut Scratch, lengths: &[usize], tokens: &(Vec<u16>, Vec<u8>)) -> Vec<f32> {
    let batch = Batch {
        ids: &tokens.0,
        features: &tokens.1,
        lengths,
    };
    model.forward(scratch, &batch).unwrap().iter().copied().collect()
}

/// Root mean square of the difference over that of the reference.
fn distance(got: &[f32], wanted: &[f32]) -> f32 {
    let square = |values: &mut dyn Iterator<Item = f32>| values.map(|x| x * x).sum::<f32>();
    (square(&mut got.iter().zip(wanted).map(|(a, b)| a - b)) / square(&mut wanted.iter().copied())).sqrt()
}

#[test]
fn stays_close_to_the_reference() {
    for (layers, hidden, heads, ffn, labels, bigrams) in [
        (2, 128, 4, 256, 7, 0),
        (3, 192, 6, 768, 7, 1000),
        (1, 128, 2, 64, 19, 0),
    ] {
        let bytes = with_bigrams(bigrams, layers, hidden, heads, ffn, labels);
        let container = Container::parse(&bytes, "random").unwrap();
        let model = Model::load(&bytes, "random").unwrap();
        let lengths = [1, 20, 2, 33, 270];
        let tokens = tokens(&lengths, 1);
        let batch = Batch {
            ids: &tokens.0,
            features: &tokens.1,
            lengths: &lengths,
        };
        let wanted = Reference::load(&container).unwrap().forward(&batch);
        let got = model
            .forward(&mut Scratch::new(), &batch)
            .map(|x| x.to_owned())
            .unwrap();
        assert_eq!(got.dim(), wanted.dim());
        let distance = distance(got.as_slice().unwrap(), wanted.as_slice().unwrap());
        assert!(distance < 0.02, "{layers} x {hidden}: {distance}");
        assert!(distance > 0.0, "the reference cannot be quantised as well");
    }
}

#[test]
fn kernels_agree_to_the_last_bit() {
    let bytes = with_bigrams(500, 2, 192, 6, 320, 18);
    let model = Model::load(&bytes, "random").unwrap();
    let lengths = [1, 31, 32, 33, 120, 47];
    let tokens = tokens(&lengths, 2);
    let wanted = logits(
        &model,
        &mut Scratch::with_kernel(Kernel::Portable),
        &lengths,
        &tokens,
    );
    for kernel in Kernel::available() {
        let got = logits(&model, &mut Scratch::with_kernel(kernel), &lengths, &tokens);
        assert_eq!(got, wanted, "{}", kernel.name());
    }
}

/// What a larger model or batch left in the scratch does not matter; a model is shared.
#[test]
fn a_scratch_serves_several_models() {
    fn shared<T: Send + Sync>(model: T) -> T {
        model
    }
    let small = shared(Model::load(&file(1, 64, 2, 64, 3), "small").unwrap());
    let large = Model::load(&file(2, 192, 6, 320, 18), "large").unwrap();
    let lengths = [40, 9];
    let tokens = tokens(&lengths, 3);
    let wanted = logits(&small, &mut Scratch::new(), &lengths, &tokens);
    let mut scratch = Scratch::new();
    logits(&large, &mut scratch, &lengths, &tokens);
    assert_eq!(logits(&small, &mut scratch, &lengths, &tokens), wanted);
}

#[test]
fn refuses_batches_that_do_not_fit() {
    let model = Model::load(&file(1, 64, 2, 64, 3), "tiny").unwrap();
    let mut scratch = Scratch::new();
    let mut refused = |ids: &[u16], features: &[u8], lengths: &[usize]| {
        let batch = Batch {
            ids,
            features,
            lengths,
        };
        model
            .forward(&mut scratch, &batch)
            .expect_err("does not fit")
            .to_string()
    };
    assert!(refused(&[1, 2], &[0, 0], &[2, 0]).contains("a sequence of 0 tokens"));
    assert!(refused(&[1; 321], &[0; 321], &[321]).contains("takes 1 to 320"));
    assert!(refused(&[1, 2], &[0, 0], &[3]).contains("2 ids"));
    assert!(refused(&[1, 2], &[0], &[2]).contains("1 features"));
    assert!(refused(&[1, 300], &[0, 0], &[2]).contains("character id 300 of 300"));
    assert!(refused(&[1, 2], &[0, 9], &[2]).contains("feature 9 of 9"));
    let empty = Batch {
        ids: &[],
        features: &[],
        lengths: &[],
    };
    assert_eq!(model.forward(&mut Scratch::new(), &empty).unwrap().dim(), (0, 3));
}

#[test]
fn micro_batches_hold_whole_sequences() {
    assert_eq!(micro_batch(&[300, 1]), [300]);
    assert_eq!(micro_batch(&[200, 56, 1]), [200, 56]);
    assert_eq!(micro_batch(&[200, 57, 1]), [200]);
    assert_eq!(micro_batch(&[5]), [5]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A sequence gets the same logits alone and among others, with a fresh and a used scratch.
    #[test]
    fn packed_equals_alone(lengths in prop::collection::vec(1usize..150, 1..8), seed in 0usize..1000) {
        let model = Model::load(&with_bigrams(50, 2, 64, 2, 128, 5), "tiny").unwrap();
        let tokens = tokens(&lengths, seed);
        let mut used = Scratch::new();
        let packed = logits(&model, &mut used, &lengths, &tokens);
        let mut first = 0;
        for &length in &lengths {
            let own = (tokens.0[first..first + length].to_vec(), tokens.1[first..first + length].to_vec());
            let wanted = &packed[first * 5..(first + length) * 5];
            prop_assert_eq!(&logits(&model, &mut used, &[length], &own), wanted);
            prop_assert_eq!(&logits(&model, &mut Scratch::new(), &[length], &own), wanted);
            first += length;
        }
    }
}
