//! The members of a record that matter, as the bytes that they are. Only those of AWS KMS are looked at further.
//!
//! Names are compared without regard to case: Athena writes them in lower case. In the rows of a query each member is an object
//! of its own.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A member of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventField {
    /// `eventSource`
    Source,
    /// `eventName`
    Name,
    /// `eventTime`
    Time,
    /// `eventID`
    EventId,
    /// `sharedEventID`: the same for both accounts of one call
    SharedEventId,
    /// `requestID`
    RequestId,
    /// `awsRegion`
    Region,
    /// `sourceIPAddress`
    SourceAddress,
    /// `userAgent`
    UserAgent,
    /// `errorCode`
    ErrorCode,
    /// `errorMessage`
    ErrorMessage,
    /// `userIdentity`
    UserIdentity,
    /// `requestParameters`
    Parameters,
    /// `responseElements`
    Response,
    /// `resources`
    Resources,
    /// `CloudTrailEvent` of `lookup-events`: the whole event, as text
    WholeEvent,
    /// `eventJson` of CloudTrail Lake: the same
    EventJson,
}

use EventField as Field;

const NAMES: [(&str, EventField); FIELDS] = [
    ("eventsource", Field::Source),
    ("eventname", Field::Name),
    ("eventtime", Field::Time),
    ("eventid", Field::EventId),
    ("sharedeventid", Field::SharedEventId),
    ("requestid", Field::RequestId),
    ("awsregion", Field::Region),
    ("sourceipaddress", Field::SourceAddress),
    ("useragent", Field::UserAgent),
    ("errorcode", Field::ErrorCode),
    ("errormessage", Field::ErrorMessage),
    ("useridentity", Field::UserIdentity),
    ("requestparameters", Field::Parameters),
    ("responseelements", Field::Response),
    ("resources", Field::Resources),
    ("cloudtrailevent", Field::WholeEvent),
    ("eventjson", Field::EventJson),
];
const FIELDS: usize = 17;

/// The members of one record.
#[derive(Default)]
pub struct EventFields<'a>([Option<&'a RawValue>; FIELDS]);

impl<'a> EventFields<'a> {
    /// Reads a record.
    ///
    /// # Errors
    /// If it is not well-formed JSON.
    pub fn read(record: &'a [u8]) -> serde_json::Result<Self> {
        let mut fields = Self::default();
        let mut deserializer = serde_json::Deserializer::from_slice(record);
        EventMembers(&mut fields).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(fields)
    }

    /// A member as it stands, unless it is missing or null.
    #[must_use]
    pub fn raw(&self, field: EventField) -> Option<&'a str> {
        self.0[field as usize].map(RawValue::get).filter(|raw| *raw != "null")
    }

    /// A member as text; empty if it is missing.
    #[must_use]
    pub fn text(&self, field: EventField) -> String {
        let raw = self.raw(field).unwrap_or_default();
        if raw.starts_with('"') { serde_json::from_str(raw).unwrap_or_default() } else { raw.to_owned() }
    }
}

/// Reads the members of an object, or of the objects in a list.
struct EventMembers<'f, 'a>(&'f mut EventFields<'a>);

impl<'a> DeserializeSeed<'a> for EventMembers<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for EventMembers<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key_seed(FieldName)? {
            match field {
                Some(field) => self.0.0[field as usize] = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(EventMembers(self.0))?.is_some() {}
        Ok(())
    }
}

/// Which member a name means.
struct FieldName;

impl<'a> DeserializeSeed<'a> for FieldName {
    type Value = Option<EventField>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = Option<EventField>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_at_the_place_of_its_field() {
        for (place, (_, field)) in NAMES.iter().enumerate() {
            assert_eq!(*field as usize, place);
        }
    }

    #[test]
    fn members_are_found_in_any_case_and_in_the_rows_of_a_query() {
        for record in [
            r#"{"eventName":"Decrypt","more":[{"eventName":"no"}],"requestID":"r-1","errorCode":null}"#,
            r#"{"eventname":"Decrypt","requestid":"r-1"}"#,
            r#"[{"eventName":"Decrypt"},{"requestID":"r-1"}]"#,
        ] {
            let fields = EventFields::read(record.as_bytes()).unwrap();
            assert_eq!((fields.text(Field::Name), fields.text(Field::RequestId)), ("Decrypt".into(), "r-1".into()));
            assert_eq!(fields.raw(Field::ErrorCode), None);
        }
        assert!(EventFields::read(b"{\"eventName\":}").is_err());
        assert!(EventFields::read(&b"[".repeat(100_000)).is_err());
    }
}
