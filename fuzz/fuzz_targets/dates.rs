//! Any text, under all options, must give dates that lie in order inside it and
//! values that can be read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shiji::resolve::dates::{Options, Prefer, Register, event_dates, resolve};

fuzz_target!(|input: (u8, u16, &str)| {
    let (switches, day, text) = input;
    let options = Options {
        prefer: [Prefer::Context, Prefer::Past, Prefer::Future, Prefer::Current][usize::from(switches & 3)],
        register: if switches & 4 == 0 { Register::News } else { Register::Query },
        bounds_in_span: switches & 8 != 0,
        offset_spans: switches & 16 != 0,
    };
    let span = jiff::Span::new().days(i64::from(day));
    let reference = jiff::civil::date(1900, 1, 1).saturating_add(span);
    let dates = resolve(text, reference, &options);
    let chars: Vec<char> = text.chars().collect();
    let mut end = 0;
    for date in &dates {
        assert!(end <= date.start && date.start < date.end && date.end <= chars.len());
        assert!(chars[date.start..date.end].iter().copied().eq(date.text.chars()));
        assert_eq!(date.when().expect("a value that can be read back").to_string(), date.value);
        date.bounds();
        end = date.end;
    }
    event_dates(text, &dates, reference);
});
