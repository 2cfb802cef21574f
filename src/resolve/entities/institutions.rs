//! Bodies that many countries have under the same name (外交部, 国会), whose full
//! name is made from the country and the body.

/// The table curated by hand; its head explains the columns.
const TABLE: &str = include_str!("../../../data/kb/organizations/institutions.psv");

/// A kind of body.
#[derive(Clone, Debug)]
pub(super) struct Institution {
    pub name: &'static str,
    /// English, with `{}` for the country.
    english: &'static str,
    /// Countries that alone have it (empty for all), and those that have none.
    only: Vec<&'static str>,
    except: Vec<&'static str>,
}

/// The kinds of bodies, by their folded names.
#[derive(Clone, Debug)]
pub(super) struct Institutions {
    kinds: Vec<Institution>,
    names: std::collections::HashMap<&'static str, usize>,
}

impl Institutions {
    pub fn embedded() -> Self {
        let mut kinds = Vec::new();
        let mut names = std::collections::HashMap::new();
        for line in TABLE
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let cell = |at: usize| cells.get(at).copied().unwrap_or("");
            let list = |at: usize| cell(at).split(';').map(str::trim).filter(|name| !name.is_empty());
            for name in std::iter::once(cell(0)).chain(list(2)) {
                names.insert(name, kinds.len());
            }
            kinds.push(Institution {
                name: cell(0),
                english: cell(1),
                only: list(3).filter(|country| !country.starts_with('-')).collect(),
                except: list(3).filter_map(|country| country.strip_prefix('-')).collect(),
            });
        }
        Self { kinds, names }
    }

    /// The kind of body that a folded name stands for.
    pub fn find(&self, name: &str) -> Option<&Institution> {
        self.names.get(name).map(|&kind| &self.kinds[kind])
    }
}

impl Institution {
    /// Whether a country has such a body under this name.
    pub fn may_be_of(&self, country: &str) -> bool {
        // Parts of a country have the bodies that have rows of their own.
        !matches!(country, "香港" | "澳门")
            && (self.only.is_empty() || self.only.contains(&country))
            && !self.except.contains(&country)
    }

    /// English name of the body of a country; empty if the country has none.
    pub fn english(&self, country: &str) -> String {
        if country.is_empty() {
            return String::new();
        }
        self.english.replace("{}", country)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_lead_to_the_body() {
        let institutions = Institutions::embedded();
        let body = institutions.find("海岸防卫队").unwrap();
        assert_eq!(body.name, "海岸警卫队");
        assert_eq!(body.english("Japan"), "Coast Guard of Japan");
        assert!(institutions.find("外交").is_none());
        assert!(institutions.find("公安部").unwrap().may_be_of("越南"));
        assert!(!institutions.find("公安部").unwrap().may_be_of("法国"));
        assert!(!institutions.find("参议院").unwrap().may_be_of("中国"));
    }
}
