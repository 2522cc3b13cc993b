//! Readers that share no code with the program, except the tokeniser crate for TOML and the parser crate for HCL.

use kenc::document::Format;
use serde::Deserialize as _;

use super::model::{Kind, Node, Value};

/// Reads a file, without its metadata.
pub fn read(format: Format, text: &str) -> Result<Vec<Node>, String> {
    let mut roots = match format {
        Format::Yaml => yaml(text)?,
        Format::Json => vec![json(&serde_json::from_str(&without_comments(text)).map_err(|error| error.to_string())?)],
        Format::Toml => vec![toml(&toml::Value::Table(toml::from_str(text).map_err(|error| error.to_string())?))],
        Format::Hcl => vec![hcl(text)?],
        Format::Dotenv => vec![dotenv(text)?],
        Format::Ini => vec![ini(text)?],
        _ => return Err("no reader".to_owned()),
    };
    for root in &mut roots {
        if let Kind::Map(members) = &mut root.kind {
            members.retain(|(key, _)| key != "sops" && !(format == Format::Dotenv && key.starts_with("sops_")));
        }
    }
    Ok(roots)
}

fn leaf(value: Value) -> Node {
    Node::new(Kind::Leaf(value))
}

fn yaml(text: &str) -> Result<Vec<Node>, String> {
    fn node(value: &serde_yaml::Value) -> Result<Node, String> {
        use serde_yaml::Value as Yaml;
        Ok(match value {
            Yaml::Null => leaf(Value::Null),
            Yaml::Bool(truth) => leaf(Value::Bool(*truth)),
            Yaml::Number(number) => leaf(match number.as_i64() {
                Some(number) => Value::Int(number),
                None => Value::Float(number.as_f64().ok_or("a number out of range")?),
            }),
            // In a block scalar, an encrypted value keeps the line end.
            Yaml::String(text) if text.starts_with("ENC[") => leaf(Value::Text(text.trim_end().to_owned())),
            Yaml::String(text) => leaf(Value::Text(text.clone())),
            Yaml::Sequence(items) => Node::new(Kind::List(items.iter().map(node).collect::<Result<_, _>>()?)),
            Yaml::Mapping(members) => {
                let mut read = Vec::new();
                for (key, value) in members {
                    read.push((key.as_str().ok_or("a key that is no text")?.to_owned(), node(value)?));
                }
                Node::new(Kind::Map(read))
            }
            Yaml::Tagged(tagged) => node(&tagged.value)?,
        })
    }
    serde_yaml::Deserializer::from_str(text)
        .map(|document| {
            serde_yaml::Value::deserialize(document).map_err(|error| error.to_string()).and_then(|v| node(&v))
        })
        .collect()
}

fn json(value: &serde_json::Value) -> Node {
    use serde_json::Value as Json;
    match value {
        Json::Null => leaf(Value::Null),
        Json::Bool(truth) => leaf(Value::Bool(*truth)),
        Json::Number(number) => leaf(match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(number.as_f64().unwrap()),
        }),
        Json::String(text) => leaf(Value::Text(text.clone())),
        Json::Array(items) => Node::new(Kind::List(items.iter().map(json).collect())),
        Json::Object(members) => {
            Node::new(Kind::Map(members.iter().map(|(key, value)| (key.clone(), json(value))).collect()))
        }
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut in_string = false;
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', _) if in_string => {
                out.push(letter);
                out.extend(letters.next());
                continue;
            }
            ('"', _) => in_string = !in_string,
            ('/', Some('/')) if !in_string => {
                while letters.next_if(|letter| *letter != '\n').is_some() {}
                continue;
            }
            ('/', Some('*')) if !in_string => {
                letters.next();
                let mut before = ' ';
                for letter in letters.by_ref() {
                    if before == '*' && letter == '/' {
                        break;
                    }
                    before = letter;
                }
                out.push(' ');
                continue;
            }
            _ => {}
        }
        out.push(letter);
    }
    out
}

fn toml(value: &toml::Value) -> Node {
    use toml::Value as Toml;
    match value {
        Toml::String(text) => leaf(Value::Text(text.clone())),
        Toml::Integer(number) => leaf(Value::Int(*number)),
        Toml::Float(number) => leaf(Value::Float(*number)),
        Toml::Boolean(truth) => leaf(Value::Bool(*truth)),
        Toml::Datetime(time) => leaf(Value::Text(time.to_string())),
        Toml::Array(items) => Node::new(Kind::List(items.iter().map(toml).collect())),
        Toml::Table(members) => {
            Node::new(Kind::Map(members.iter().map(|(key, value)| (key.clone(), toml(value))).collect()))
        }
    }
}

fn hcl(text: &str) -> Result<Node, String> {
    use hcl_edit::expr::{Expression, ObjectKey};
    use hcl_edit::template::Element;
    fn node(value: &Expression) -> Result<Node, String> {
        Ok(match value {
            Expression::Null(_) => leaf(Value::Null),
            Expression::Bool(truth) => leaf(Value::Bool(*truth.value())),
            Expression::Number(number) => leaf(match number.value().as_i64() {
                Some(number) => Value::Int(number),
                None => Value::Float(number.value().as_f64().ok_or("a number out of range")?),
            }),
            Expression::String(text) => leaf(Value::Text(text.value().clone())),
            Expression::HeredocTemplate(heredoc) => {
                let mut text = String::new();
                for element in &heredoc.template {
                    let Element::Literal(literal) = element else { return Err("a template".to_owned()) };
                    text.push_str(literal.value());
                }
                // In a heredoc, an encrypted value keeps the line end.
                leaf(Value::Text(if text.starts_with("ENC[") { text.trim_end().to_owned() } else { text }))
            }
            Expression::Array(items) => Node::new(Kind::List(items.iter().map(node).collect::<Result<_, _>>()?)),
            Expression::Object(members) => {
                let mut read = Vec::new();
                for (key, value) in members {
                    let key = match key {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(Expression::String(text)) => text.value().clone(),
                        ObjectKey::Expression(_) => return Err("a key to evaluate".to_owned()),
                    };
                    read.push((key, node(value.expr())?));
                }
                Node::new(Kind::Map(read))
            }
            _ => return Err("something to evaluate".to_owned()),
        })
    }
    let body = hcl_edit::parser::parse_body(text).map_err(|error| error.to_string())?;
    let mut members = Vec::new();
    for attribute in body.attributes() {
        members.push((attribute.key.as_str().to_owned(), node(&attribute.value)?));
    }
    Ok(Node::new(Kind::Map(members)))
}

fn dotenv(text: &str) -> Result<Node, String> {
    let mut members = Vec::new();
    for line in text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once('=').ok_or("a line without `=`")?;
        members.push((key.to_owned(), Node::text(&value.replace("\\n", "\n"))));
    }
    Ok(Node::new(Kind::Map(members)))
}

/// What the generator and the program write: keys without quotes, values plain or in one of the quotes.
fn ini(text: &str) -> Result<Node, String> {
    let mut sections: Vec<(String, Vec<(String, Node)>)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = after;
        let line = line.trim();
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split(']').next().unwrap();
            if sections.iter().all(|(other, _)| other != name) {
                sections.push((name.to_owned(), Vec::new()));
            }
            continue;
        }
        let (key, value) = line.split_once(['=', ':']).ok_or("a line without `=`")?;
        let value = value.trim();
        let mut read = None;
        for quote in ["\"\"\"", "`", "\"", "'"] {
            if let Some(inside) = value.strip_prefix(quote) {
                let mut inside = inside.to_owned();
                while !inside.contains(quote) {
                    if rest.is_empty() {
                        return Err("a quote that is not closed".to_owned());
                    }
                    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
                    inside = format!("{inside}\n{line}");
                    rest = after;
                }
                read = Some(inside.split(quote).next().unwrap().to_owned());
                break;
            }
        }
        let plain = || value.split([';', '#']).next().unwrap().trim().to_owned();
        let read = read.unwrap_or_else(plain);
        if sections.is_empty() {
            sections.push(("DEFAULT".to_owned(), Vec::new()));
        }
        // A section may come again.
        let name = current(text, rest);
        let (_, members) = sections.iter_mut().find(|(section, _)| *section == name).ok_or("a key in no section")?;
        members.push((key.trim().to_owned(), Node::text(&read)));
    }
    let sections = sections.into_iter().map(|(name, members)| (name, Node::new(Kind::Map(members))));
    Ok(Node::new(Kind::Map(sections.collect())))
}

/// The section that the end of what was read stands in.
fn current(text: &str, rest: &str) -> String {
    let done = &text[..text.len() - rest.len()];
    let header = done.lines().rev().find(|line| line.starts_with('['));
    header.map_or_else(|| "DEFAULT".to_owned(), |line| line[1..].split(']').next().unwrap().to_owned())
}
