//! Measuring: gold files in, precision, recall and F1 out.
//!
//! ```
//! # fn main() -> shiji::Result<()> {
//! use shiji::eval::{Scorer, Span, parse_inline};
//!
//! let gold = parse_inline("### a 2024-04-17\n[[董军|PER|董军]]访[[美|LOC|美国]]", "gold.txt")?;
//! let predicted = [Span::new(0, 2, "PER"), Span::new(2, 4, "LOC")];
//! let mut scorer = Scorer::strict();
//! scorer.add(&gold[0].text, &gold[0].spans(), &predicted);
//! assert_eq!(scorer.report().micro.f1, 0.5);
//! # Ok(())
//! # }
//! ```

mod bio;
mod calibration;
mod gold;
mod inline;
mod json;
mod linking;
mod matching;
mod roles;
mod score;

pub use bio::{parse_bio, spans_of_tags};
pub use calibration::{Bin, Calibration};
pub use gold::{GoldDocument, GoldFormat, GoldMention, Span, read_gold};
pub use inline::parse_inline;
pub use json::parse_jsonl;
pub use linking::{Difference, LinkingReport, LinkingScorer, Nil};
pub use roles::{RoleLabel, RoleReport, labelled_articles, read_role_labels, score_roles};
pub use score::{KINDS, Report, Score, Scorer};
