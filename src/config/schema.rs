//! The JSON Schema of the company file, for editors and for the OpenAPI document.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::file::CompanyFile;

/// Where references lead within the OpenAPI document.
const COMPONENTS: &str = "/components/schemas";

/// The schema of a company file (JSON Schema 2020-12).
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = Value::from(generator.into_root_schema_for::<CompanyFile>());
    if let Value::Object(fields) = &mut schema {
        fields.insert("title".to_owned(), Value::from("linger company file"));
    }
    schema
}

/// The same as components of an OpenAPI 3.1 document, by name.
#[must_use]
pub fn schema_for_openapi() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.definitions_path = COMPONENTS.into();
        s.meta_schema = None;
    });
    let mut root = Value::from(
        settings
            .into_generator()
            .into_root_schema_for::<CompanyFile>(),
    );
    let mut all = match root.pointer_mut(COMPONENTS).map(Value::take) {
        Some(Value::Object(all)) => all,
        _ => Map::new(),
    };
    if let Value::Object(fields) = &mut root {
        fields.remove("components");
    }
    all.insert("CompanyFile".to_owned(), root);
    all
}
