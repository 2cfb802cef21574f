//! Chinese and Arabic numerals.

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    /// `2024`.
    Arabic,
    /// 二〇二四: one character a digit.
    Positional,
    /// 二十四, 廿一, 三百.
    Additive,
}

/// A number in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Its value; `u32::MAX` if too large or malformed.
    pub value: u32,
    /// How many digits or characters it is written with.
    pub digits: u8,
    pub script: Script,
}

impl Number {
    /// Reads a run of ASCII digits.
    pub fn arabic(run: &[char]) -> Self {
        let value = run
            .iter()
            .take(10)
            .try_fold(0u32, |value, c| {
                value.checked_mul(10)?.checked_add(c.to_digit(10)?)
            })
            .filter(|_| run.len() <= 9);
        Self::new(value, run.len(), Script::Arabic)
    }

    /// Reads a run of characters that are [Chinese numerals](is_chinese_numeral).
    pub fn chinese(run: &[char]) -> Self {
        let positional = run.iter().all(|&c| digit(c).is_some());
        let script = if positional {
            Script::Positional
        } else {
            Script::Additive
        };
        if run.len() > 9 {
            return Self::new(None, run.len(), script);
        }
        let value = if positional {
            run.iter()
                .try_fold(0u32, |value, &c| value.checked_mul(10)?.checked_add(digit(c)?))
        } else {
            additive(run)
        };
        Self::new(value, run.len(), script)
    }

    fn new(value: Option<u32>, length: usize, script: Script) -> Self {
        Self {
            value: value.unwrap_or(u32::MAX),
            digits: length.min(255) as u8,
            script,
        }
    }

    /// The value if it lies in the range.
    pub fn within(self, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        Some(self.value).filter(|value| range.contains(value))
    }
}

/// Whether a (simplified) character can be part of a Chinese number.
pub(super) fn is_chinese_numeral(c: char) -> bool {
    digit(c).is_some() || multiplier(c).is_some() || tens(c).is_some()
}

fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' => 1,
        '二' | '两' | '俩' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn multiplier(c: char) -> Option<u32> {
    Some(match c {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

fn tens(c: char) -> Option<u32> {
    Some(match c {
        '廿' => 20,
        '卅' => 30,
        '卌' => 40,
        _ => return None,
    })
}

/// 二十四, 一百零九, 廿一, 三万五千; `None` where the parts do not fit.
fn additive(run: &[char]) -> Option<u32> {
    let (mut total, mut section, mut pending) = (0u32, 0u32, None);
    let mut smallest = u32::MAX;
    for (at, &c) in run.iter().enumerate() {
        if let Some(value) = tens(c) {
            if pending.is_some() || smallest <= 10 {
                return None;
            }
            section += value;
            smallest = 10;
        } else if let Some(value) = digit(c) {
            if value == 0 && at > 0 {
                continue;
            }
            if pending.replace(value).is_some() {
                return None;
            }
        } else {
            let by = multiplier(c)?;
            if by >= 10_000 {
                let whole = section + pending.take().unwrap_or(0);
                total = total.checked_add(whole.max(1).checked_mul(by)?)?;
                section = 0;
                smallest = u32::MAX;
                continue;
            }
            if by >= smallest {
                return None;
            }
            section += pending.take().unwrap_or(1) * by;
            smallest = by;
        }
    }
    total.checked_add(section)?.checked_add(pending.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chinese(text: &str) -> u32 {
        Number::chinese(&text.chars().collect::<Vec<_>>()).value
    }

    #[test]
    fn numbers() {
        for (text, value) in [
            ("二〇二四", 2024),
            ("二零一六", 2016),
            ("一九九八", 1998),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("三十一", 31),
            ("廿一", 21),
            ("一百零九", 109),
            ("三千", 3000),
            ("三万五千", 35000),
            ("两", 2),
        ] {
            assert_eq!(chinese(text), value, "{text}");
        }
        for malformed in ["十十", "七八十九十", "八九十", "百千万亿万亿"] {
            assert_eq!(chinese(malformed), u32::MAX, "{malformed}");
        }
        let digits: Vec<char> = "9".repeat(1000).chars().collect();
        assert_eq!(Number::arabic(&digits).value, u32::MAX);
        assert_eq!(Number::arabic(&['2', '0', '2', '4']).value, 2024);
    }
}
