//! `shiji eval --topic-labels`: how well topics do on labelled articles.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;

use shiji::read::{self, Inputs, RawItem};
use shiji::resolve::topics::score::{Labels, Report, TitleReport, name_of_file};
use shiji::resolve::topics::{Scheme, Topic, Topics};
use shiji::{Article, Error, Result, Tagger, pipeline};

use super::{Outcome, progress_bar};

/// Options that score topics instead of mentions.
#[derive(Args)]
pub struct TopicsArgs {
    /// Score topics instead: labels as JSON Lines with `corpus`, `id`, `iptc`, `issues`, such as tests/data/topics-200.jsonl.
    #[arg(long, value_name = "LABELS", conflicts_with_all = ["gold", "json", "entities"], requires = "corpus")]
    pub topic_labels: Option<PathBuf>,
    /// Where the labelled articles are, as `shiji tag` reads them; all others are passed over.
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "topic_labels")]
    corpus: Vec<PathBuf>,
    /// Only the labels with this `split`.
    #[arg(long, value_name = "NAME", requires = "topic_labels")]
    split: Option<String>,
    /// Leave out issues with a lower score; from 0.5 on an article deals with an issue.
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, requires = "topic_labels")]
    least_score: f64,
    /// Score subjects on titles instead: lines `class<TAB>title` with the classes of TNEWS or THUCNews.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["gold", "topic_labels", "json", "entities"])]
    pub titles: Option<PathBuf>,
}

/// Accuracy on a file of titles.
pub fn titles(file: &Path) -> Result<Outcome> {
    out!("{}", TitleReport::new(&Topics::embedded()?, file)?);
    Ok(Outcome::Complete)
}

/// Precision, recall and F1 of subjects and issues.
pub fn run(
    file: &Path,
    args: &TopicsArgs,
    tagger: &Tagger,
    pool: &rayon::ThreadPool,
    differences: bool,
) -> Result<Outcome> {
    let mut labels = Labels::read(file)?;
    labels.retain(|label| args.split.is_none() || label.split == args.split);
    let labels: HashMap<&str, &Labels> = labels.iter().map(|label| (label.id.as_str(), label)).collect();
    let of = |id: &str| labels.get(id).or_else(|| labels.get(name_of_file(id)?)).copied();
    let articles = find(&args.corpus, |article| of(&article.id).is_some());
    let mut report = Report::default();
    pipeline::map_ordered(
        pool,
        articles.into_iter(),
        |group| tagger.tag_all(group),
        |mut document| {
            let counts = |topic: &Topic| topic.scheme != Scheme::Issue || topic.score >= args.least_score;
            document.topics.retain(counts);
            if let Some(label) = of(&document.id) {
                report.add(label, &document);
            }
            Ok(())
        },
    )?;
    if report.articles == 0 {
        let message = format!("none of the {} labelled articles is in the corpus", labels.len());
        return Err(Error::Usage(message));
    }
    outln!("{} of {} labelled articles", report.articles, labels.len());
    out!("{report}");
    if differences {
        report
            .differences
            .iter()
            .for_each(|difference| outln!("{difference}"));
    }
    Ok(Outcome::Complete)
}

/// The articles that are wanted. What cannot be read is reported and passed over.
fn find(paths: &[PathBuf], wanted: impl Fn(&Article) -> bool) -> Vec<Article> {
    let bar = progress_bar(false);
    let inputs = Inputs::new(paths, read::Options::default());
    let read = inputs.filter_map(|item| {
        bar.inc(1);
        let article = item.and_then(RawItem::parse);
        article
            .map_err(|error| bar.suspend(|| eprintln!("shiji: {error}")))
            .ok()
    });
    let articles = read.filter(|article| wanted(article)).collect();
    bar.finish_and_clear();
    articles
}
