//! A policy document, and after the first zero byte an action, a resource and a value for the keys that it asks for: read and
//! evaluated, or refused with a message.
#![no_main]

use auth::policy::{Policy, Request, RequestContext, evaluate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut parts = text.split('\0');
    match Policy::parse(parts.next().unwrap_or_default()) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(policy) => {
            let (action, resource) = (parts.next().unwrap_or("s3:GetObject"), parts.next().unwrap_or("*"));
            let value = parts.next().unwrap_or("a*");
            let mut context = RequestContext::new();
            for (number, key) in policy.keys().into_iter().enumerate() {
                match number % 3 {
                    0 => context.set(&key, value),
                    1 => context.set_many(&key, vec![value.to_owned(), "b".to_owned()]),
                    _ => {}
                }
            }
            evaluate([&policy], &Request { action, resource, context: &context });
        }
    }
});
