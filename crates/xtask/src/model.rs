//! API models in the form in which botocore publishes them: CodeCommit's public one, and that of Coldforge's own operations.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A value of the model that is not of the form this generator knows.
#[derive(Debug)]
pub struct ModelError(pub String);

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the model is not as expected: {}", self.0)
    }
}

/// The model.
pub struct Model {
    /// By name.
    pub operations: BTreeMap<String, Operation>,
    /// The members of the structures that are no errors, by the structure's name, in the model's order.
    pub structures: BTreeMap<String, Vec<Member>>,
    /// What every shape is that is no error, by name.
    pub kinds: BTreeMap<String, Kind>,
    /// Shapes with limits, by name.
    pub constraints: BTreeMap<String, Constraint>,
    /// The names of all errors.
    pub errors: Vec<String>,
    /// What structures are for, by name, as far as the model says it.
    pub documentation: BTreeMap<String, String>,
}

/// A member of a structure.
pub struct Member {
    /// Its name.
    pub name: String,
    /// The name of its shape.
    pub shape: String,
    /// Whether the structure cannot do without it.
    pub required: bool,
    /// What it says, if the model tells.
    pub documentation: Option<String>,
}

/// What a shape is made of; other shapes go by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A structure.
    Structure,
    /// A list of that shape.
    List(String),
    /// A map from that shape to that shape.
    Map(String, String),
    /// Text.
    Text,
    /// Bytes.
    Blob,
    /// A time.
    Timestamp,
    /// Yes or no.
    Boolean,
    /// A number of 32 bits.
    Integer,
    /// A number of 64 bits.
    Long,
}

/// An operation.
pub struct Operation {
    /// The input structure, if it has one.
    pub input: Option<String>,
    /// The output structure, if it has one.
    pub output: Option<String>,
    /// The errors it declares, in the model's order.
    pub errors: Vec<String>,
    /// What it does, if the model tells.
    pub documentation: Option<String>,
}

/// What the model demands of a shape's values.
pub struct Constraint {
    /// The smallest length or number.
    pub min: Option<i64>,
    /// The largest length or number.
    pub max: Option<i64>,
    /// A regular expression.
    pub pattern: Option<String>,
    /// The only values there are.
    pub values: Vec<String>,
}

impl Model {
    /// Reads the model.
    pub fn parse(json: &str) -> Result<Self, ModelError> {
        let unreadable = |error: serde_json::Error| ModelError(error.to_string());
        let root: Value = serde_json::from_str(json).map_err(unreadable)?;
        let orders: Orders = serde_json::from_str(json).map_err(unreadable)?;
        let mut model = Self {
            operations: BTreeMap::new(),
            structures: BTreeMap::new(),
            kinds: BTreeMap::new(),
            constraints: BTreeMap::new(),
            errors: Vec::new(),
            documentation: BTreeMap::new(),
        };
        for (name, shape) in object(&root, "shapes")? {
            let order = orders.shapes.get(name).map(|shape| shape.members.0.as_slice()).unwrap_or_default();
            model.shape(name, shape, order)?;
        }
        for (name, operation) in object(&root, "operations")? {
            let target = |key: &str| operation[key]["shape"].as_str().map(str::to_owned);
            let errors = operation["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
            let errors = errors.iter().filter_map(|error| error["shape"].as_str().map(str::to_owned)).collect();
            let documentation = text(&operation["documentation"]);
            let operation = Operation { input: target("input"), output: target("output"), errors, documentation };
            model.operations.insert(name.clone(), operation);
        }
        Ok(model)
    }

    fn shape(&mut self, name: &str, shape: &Value, order: &[String]) -> Result<(), ModelError> {
        let target = |key: &str| {
            let target = shape[key]["shape"].as_str().map(str::to_owned);
            target.ok_or_else(|| ModelError(format!("shape {name} has no {key}")))
        };
        let kind = match shape["type"].as_str().unwrap_or_default() {
            "structure" if shape["exception"] == true => {
                self.errors.push(name.to_owned());
                return Ok(());
            }
            "structure" => {
                let required = texts(&shape["required"]);
                let members = order.iter().map(|member| Member {
                    name: member.clone(),
                    shape: shape["members"][member]["shape"].as_str().unwrap_or_default().to_owned(),
                    required: required.contains(member),
                    documentation: text(&shape["members"][member]["documentation"]),
                });
                self.structures.insert(name.to_owned(), members.collect());
                self.documentation.extend(text(&shape["documentation"]).map(|told| (name.to_owned(), told)));
                Kind::Structure
            }
            "list" => Kind::List(target("member")?),
            "map" => Kind::Map(target("key")?, target("value")?),
            "string" => Kind::Text,
            "blob" => Kind::Blob,
            "timestamp" => Kind::Timestamp,
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "long" => Kind::Long,
            other => return Err(ModelError(format!("shape {name} has the unknown type '{other}'"))),
        };
        self.kinds.insert(name.to_owned(), kind);
        let constraint = Constraint {
            min: shape["min"].as_i64(),
            max: shape["max"].as_i64(),
            pattern: shape["pattern"].as_str().map(str::to_owned),
            values: texts(&shape["enum"]),
        };
        let limits = constraint.min.is_some() || constraint.max.is_some() || constraint.pattern.is_some();
        if limits || !constraint.values.is_empty() {
            self.constraints.insert(name.to_owned(), constraint);
        }
        Ok(())
    }

    /// What a shape is.
    pub fn kind(&self, shape: &str) -> Result<&Kind, ModelError> {
        self.kinds.get(shape).ok_or_else(|| ModelError(format!("there is no shape {shape}")))
    }

    /// The Rust type of a shape.
    pub fn rust_type(&self, shape: &str) -> Result<String, ModelError> {
        Ok(match self.kind(shape)? {
            Kind::Structure => shape.to_owned(),
            Kind::List(member) => format!("Vec<{}>", self.rust_type(member)?),
            Kind::Map(key, value) => format!("BTreeMap<{}, {}>", self.rust_type(key)?, self.rust_type(value)?),
            Kind::Text => "String".to_owned(),
            Kind::Blob => "Blob".to_owned(),
            Kind::Timestamp => "Timestamp".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            Kind::Integer => "i32".to_owned(),
            Kind::Long => "i64".to_owned(),
        })
    }
}

/// The order of members, which a [`Value`] forgets.
#[derive(Deserialize)]
struct Orders {
    shapes: BTreeMap<String, ShapeOrder>,
}

#[derive(Deserialize)]
struct ShapeOrder {
    #[serde(default)]
    members: Keys,
}

/// The keys of an object, as they come.
#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(array: &Value) -> Vec<String> {
    let values = array.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a serde_json::Map<String, Value>, ModelError> {
    value[key].as_object().ok_or_else(|| ModelError(format!("it has no object '{key}'")))
}
