//! References to variables in values of dotenv files, as docker compose expands them.

use zeroize::Zeroizing;

/// Longest value that references may make: a few lines could otherwise exhaust the memory. Linux takes 128 KiB for a variable.
const LONGEST_VALUE: usize = 1 << 20;
/// How deep defaults within defaults may nest.
const MAX_DEPTH: usize = 16;

/// Gives the value of a variable, if it is set.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<Zeroizing<String>>;

/// Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}`, `${NAME+other}`, `${NAME:?fault}`,
/// `${NAME?fault}`, and `$$` by a single `$`. Any other `$` stays.
///
/// # Errors
/// A sentence that says why, without any value. Unlike docker compose, a name that is not set is an error: what looks like a
/// reference in a password would be cut out of it.
pub(super) fn expanded(text: &str, lookup: Lookup<'_>) -> Result<Zeroizing<String>, String> {
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    expand(text, lookup, &mut value, 0)?;
    Ok(value)
}

fn expand(text: &str, lookup: Lookup<'_>, value: &mut Zeroizing<String>, depth: usize) -> Result<(), String> {
    if depth == MAX_DEPTH {
        return Err("its references are nested too deep".to_owned());
    }
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        append(value, &rest[..at])?;
        let behind = &rest[at + 1..];
        if let Some(behind) = behind.strip_prefix('$') {
            append(value, "$")?;
            rest = behind;
        } else if let Some(inside) = behind.strip_prefix('{') {
            let end = closing_brace(inside).ok_or("a `${` is not closed")?;
            expand_braced(&inside[..end], lookup, value, depth)?;
            rest = &inside[end + 1..];
        } else {
            let name = name_at_start(behind);
            if name.is_empty() {
                append(value, "$")?;
            } else {
                append(value, &required(name, lookup)?)?;
            }
            rest = &behind[name.len()..];
        }
    }
    append(value, rest)
}

/// What stands between `${` and its `}`.
fn expand_braced(inside: &str, lookup: Lookup<'_>, value: &mut Zeroizing<String>, depth: usize) -> Result<(), String> {
    let name = name_at_start(inside);
    if name.is_empty() {
        return Err("`${` is not followed by the name of a variable".to_owned());
    }
    let operator = &inside[name.len()..];
    if operator.is_empty() {
        return append(value, &required(name, lookup)?);
    }
    let (counts_empty, operator) = operator.strip_prefix(':').map_or((true, operator), |operator| (false, operator));
    let found = lookup(name).filter(|found| counts_empty || !found.is_empty());
    let mut letters = operator.chars();
    match (letters.next(), found) {
        (Some('-' | '?'), Some(found)) => append(value, &found),
        (Some('-'), None) | (Some('+'), Some(_)) => expand(letters.as_str(), lookup, value, depth + 1),
        (Some('+'), None) => Ok(()),
        // What stands behind the question mark is a message of the file, which nobody checked for secrets.
        (Some('?'), None) => Err(format!("it requires the variable {name}, which is not set")),
        _ => Err(format!("the reference to {name} has none of the operators -, + and ?")),
    }
}

fn required(name: &str, lookup: Lookup<'_>) -> Result<Zeroizing<String>, String> {
    lookup(name).ok_or_else(|| format!("it refers to the variable {name}, which is not set"))
}

/// The longest name of a variable with which `text` starts.
fn name_at_start(text: &str) -> &str {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return "";
    }
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Where the brace stands that ends what `text` is the inside of.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.bytes().enumerate() {
        match letter {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Adds a text, into a larger buffer if need be, which leaves no copy behind.
fn append(value: &mut Zeroizing<String>, text: &str) -> Result<(), String> {
    let len = value.len() + text.len();
    if len > LONGEST_VALUE {
        return Err(format!("its references make it longer than {LONGEST_VALUE} bytes"));
    }
    if len > value.capacity() {
        let mut larger = Zeroizing::new(String::with_capacity(len.max(value.capacity() * 2)));
        larger.push_str(value);
        *value = larger;
    }
    value.push_str(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<String, String> {
        let lookup = |name: &str| match name {
            "A" => Some("one".to_owned().into()),
            "b_2" => Some("$A".to_owned().into()),
            "EMPTY" => Some(String::new().into()),
            _ => None,
        };
        expanded(text, &lookup).map(|value| value.to_string())
    }

    #[test]
    fn references_are_expanded_as_docker_compose_does() {
        for (text, wanted) in [
            ("$A-${A}.$b_2", "one-one.$A"),
            ("$$A $5 $ ${A}$", "$A $5 $ one$"),
            ("${NO:-x} ${NO-y} ${EMPTY:-z} [${EMPTY-w}]", "x y z []"),
            ("${A:+x}${NO:+y}${EMPTY:+z}${EMPTY+w}${A+v}", "xwv"),
            ("${A:?must be set}${NO:-${A}${NO:-{}}}", "oneone{}"),
            ("${EMPTY}", ""),
        ] {
            assert_eq!(of(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_refers_to_nothing_is_refused() {
        for text in
            ["$NO", "pa$word", "${NO}", "${EMPTY:?}", "${NO?x}", "${", "${A", "${}", "${A/x/y}", "${5}", "${A:x}"]
        {
            assert!(of(text).is_err(), "{text}");
        }
        assert!(of(&"${NO:-".repeat(1000)).is_err());
        assert!(of(&format!("{}{}", "${NO:-".repeat(1000), "}".repeat(1000))).unwrap_err().contains("too deep"));
    }

    #[test]
    fn references_to_references_end_before_they_exhaust_the_memory() {
        let long = Zeroizing::new("x".repeat(1 << 19));
        assert!(expanded("$A$A$A", &|_| Some(long.clone())).unwrap_err().contains("longer"));
    }
}
