//! JSON Lines.

use std::io::{self, Write};

use super::Writer;
use crate::document::Document;

/// One JSON object a line, its fields in the order of [`Document`]; the layout's
/// version is the first field, [`SCHEMA`](crate::document::SCHEMA).
pub struct JsonLines;

impl Writer for JsonLines {
    fn document(&mut self, out: &mut dyn Write, document: &Document) -> io::Result<()> {
        serde_json::to_writer(&mut *out, document)?;
        out.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{document, rendered};
    use super::*;
    use crate::document::EntityType;

    #[test]
    fn fields_come_in_the_documented_order() {
        let document = document("董军\n说“是”", &[("董军", EntityType::Person)]);
        let line = rendered(JsonLines, &document);
        assert_eq!(
            line,
            concat!(
                r#"{"schema":"shiji/1","id":"a/1.md","url":"https://example.org/1?a=1&b=2","#,
                r#""source":"示例","title":"董军","published":"2024-04-17T14:15:01Z","#,
                r#""text":"董军\n说“是”","mentions":[{"start":0,"end":2,"text":"董军","type":"PER","#,
                r#""confidence":0.998,"entity":null}],"entities":[],"dates":[],"topics":[]}"#,
                "\n"
            )
        );
        assert_eq!(serde_json::from_str::<Document>(&line).unwrap(), document);
    }
}
