//! The public CodeCommit model, as botocore publishes it, without its documentation.

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
    /// Structures that are no errors, by name: member name to shape name.
    pub structures: BTreeMap<String, BTreeMap<String, String>>,
    /// The Rust type of every shape, by name.
    pub types: BTreeMap<String, String>,
    /// Shapes with limits, by name.
    pub constraints: BTreeMap<String, Constraint>,
    /// The names of all errors.
    pub errors: Vec<String>,
}

/// An operation.
pub struct Operation {
    /// The input structure, if it has one.
    pub input: Option<String>,
    /// The output structure, if it has one.
    pub output: Option<String>,
    /// The errors it declares, in the model's order.
    pub errors: Vec<String>,
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
        let root: Value = serde_json::from_str(json).map_err(|error| ModelError(error.to_string()))?;
        let mut model = Self {
            operations: BTreeMap::new(),
            structures: BTreeMap::new(),
            types: BTreeMap::new(),
            constraints: BTreeMap::new(),
            errors: Vec::new(),
        };
        for (name, shape) in object(&root, "shapes")? {
            model.shape(name, shape)?;
        }
        for (name, operation) in object(&root, "operations")? {
            let target = |key: &str| operation[key]["shape"].as_str().map(str::to_owned);
            let errors = operation["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
            let errors = errors.iter().filter_map(|error| error["shape"].as_str().map(str::to_owned)).collect();
            let operation = Operation { input: target("input"), output: target("output"), errors };
            model.operations.insert(name.clone(), operation);
        }
        Ok(model)
    }

    fn shape(&mut self, name: &str, shape: &Value) -> Result<(), ModelError> {
        let target =
            |key: &str| shape[key]["shape"].as_str().ok_or_else(|| ModelError(format!("shape {name} has no {key}")));
        let rust_type = match shape["type"].as_str().unwrap_or_default() {
            "structure" if shape["exception"] == true => {
                self.errors.push(name.to_owned());
                return Ok(());
            }
            "structure" => {
                let members = object(shape, "members")?.iter().map(|(member, value)| {
                    let shape = value["shape"].as_str().unwrap_or_default();
                    (member.clone(), shape.to_owned())
                });
                self.structures.insert(name.to_owned(), members.collect());
                name.to_owned()
            }
            "list" => format!("Vec<{}>", Self::reference(target("member")?)),
            "map" => format!("BTreeMap<{}, {}>", Self::reference(target("key")?), Self::reference(target("value")?)),
            "string" => "String".to_owned(),
            "blob" => "Blob".to_owned(),
            "timestamp" => "Timestamp".to_owned(),
            "boolean" => "bool".to_owned(),
            "integer" => "i32".to_owned(),
            "long" => "i64".to_owned(),
            other => return Err(ModelError(format!("shape {name} has the unknown type '{other}'"))),
        };
        self.types.insert(name.to_owned(), rust_type);
        let constraint = Constraint {
            min: shape["min"].as_i64(),
            max: shape["max"].as_i64(),
            pattern: shape["pattern"].as_str().map(str::to_owned),
            values: shape["enum"]
                .as_array()
                .map(|values| values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
                .unwrap_or_default(),
        };
        let limits = constraint.min.is_some() || constraint.max.is_some() || constraint.pattern.is_some();
        if limits || !constraint.values.is_empty() {
            self.constraints.insert(name.to_owned(), constraint);
        }
        Ok(())
    }

    /// Shapes refer to each other by name until all are known; `{Name}` stands for the type of shape `Name`.
    fn reference(shape: &str) -> String {
        format!("{{{shape}}}")
    }

    /// The Rust type of a shape, with all references resolved.
    pub fn rust_type(&self, shape: &str) -> Result<String, ModelError> {
        let mut written =
            self.types.get(shape).cloned().ok_or_else(|| ModelError(format!("there is no shape {shape}")))?;
        while let Some(start) = written.find('{') {
            let end = written[start..].find('}').map_or(written.len(), |end| start + end);
            let inner = self.rust_type(&written[start + 1..end])?;
            written.replace_range(start..=end, &inner);
        }
        Ok(written)
    }
}

fn object<'a>(value: &'a Value, key: &str) -> Result<&'a serde_json::Map<String, Value>, ModelError> {
    value[key].as_object().ok_or_else(|| ModelError(format!("it has no object '{key}'")))
}
