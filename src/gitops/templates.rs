//! The templates: shipped ones, a platform team's own in their place, and how a document passes through them.
//!
//! In: a typed document. Out: the same document with what the template added. The text a template renders is read back and
//! compared with what was said ([`super::agree`]), so that a template can lay out and add, never change or drop.

use std::collections::BTreeMap;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, RenderErrorReason,
    Renderable, Template,
};
use serde_json::{Value, json};

use super::agree::disagreement;
use super::document::Document;
use super::{template_check, yaml};
use crate::vocab::diagnostic::Diagnostic;
use crate::vocab::edit::nearest;

macro_rules! shipped {
    ($($path:literal)*) => {
        /// Every template, sorted by path: its path below `templates/`, and its text.
        const SHIPPED: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../templates/", $path)))),*];
    };
}

shipped! {
    "admission/policy.yaml.hbs"
    "applicationset/application-set.yaml.hbs"
    "appproject/app-project.yaml.hbs"
    "argocd/application.yaml.hbs"
    "cluster_api/cluster.yaml.hbs"
    "flux/build.yaml.hbs"
    "flux/helm-release.yaml.hbs"
    "flux/kustomization.yaml.hbs"
    "flux/namespace.yaml.hbs"
    "flux/source.yaml.hbs"
    "kyverno/cluster-policy.yaml.hbs"
    "kyverno/mutating-policy.yaml.hbs"
    "kyverno/policy-exception.yaml.hbs"
    "kyverno/validating-policy.yaml.hbs"
    "namespace/namespace.yaml.hbs"
    "namespace/service-account.yaml.hbs"
    "network/cilium-network-policy.yaml.hbs"
    "network/network-policy.yaml.hbs"
    "placement/placement.yaml.hbs"
    "quota/limit-range.yaml.hbs"
    "quota/resource-quota.yaml.hbs"
    "rbac/role-binding.yaml.hbs"
    "rbac/role.yaml.hbs"
    "readme/README.md.hbs"
    "runbook/offboarding.md.hbs"
    "vcluster/values.yaml.hbs"
}

/// The end of a template's path that writes a manifest.
const MANIFEST: &str = ".yaml.hbs";

/// A set of templates, checked.
#[derive(Debug)]
pub struct Templates {
    registry: Handlebars<'static>,
}

impl Templates {
    /// The templates that fleetplan ships.
    ///
    /// # Panics
    /// Never: a test loads them.
    #[must_use]
    pub fn shipped() -> Self {
        Self::with_overrides(Vec::new()).expect("the shipped templates are tested")
    }

    /// The shipped templates, with those of `files` in their place. Paths are relative to the folder of overrides and use `/`.
    ///
    /// # Errors
    /// `template-unknown` for a path that no shipped template has, `template-not-text`, `template-syntax`, and
    /// `template-unsafe` for each construct that would write data as text.
    pub fn with_overrides(files: Vec<(String, Vec<u8>)>) -> Result<Self, Vec<Diagnostic>> {
        let mut faults = Vec::new();
        let mut texts: BTreeMap<String, String> =
            SHIPPED.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        for (path, bytes) in files {
            if !path.ends_with(".hbs") {
                continue;
            }
            match (texts.get_mut(&path), String::from_utf8(bytes)) {
                (None, _) => faults.push(unknown(&path)),
                (Some(_), Err(_)) => {
                    faults.push(Diagnostic::error("template-not-text", format!("template `{path}` is not UTF-8 text")));
                }
                (Some(text), Ok(own)) => *text = own,
            }
        }
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.register_escape_fn(handlebars::no_escape);
        registry.register_helper("json", Box::new(json_helper));
        registry.register_helper("md", Box::new(markdown_helper));
        registry.register_helper("if", Box::new(StrictIf { wants: true }));
        registry.register_helper("unless", Box::new(StrictIf { wants: false }));
        for (path, text) in &texts {
            faults.extend(load(&mut registry, path, text));
        }
        if faults.is_empty() { Ok(Self { registry }) } else { Err(faults) }
    }

    /// Passes a document through its template. `about` is what the template may know beside the document; `whose` names the
    /// tenant or cluster in messages.
    pub(super) fn lay_out(&self, document: &Document, about: &Value, whose: &str) -> Result<Value, Box<Diagnostic>> {
        let path = document.template;
        let text = self.render(path, &json!({ "document": document.says, "about": about }), whose)?;
        let rendered = yaml::read(&text).map_err(|fault| {
            let line = fault.line.map_or(String::new(), |line| format!(", line {line} of what it renders"));
            let message = format!("template `{path}` renders no YAML document for {whose}{line}: {}", fault.text);
            Box::new(Diagnostic::error("template-renders-no-yaml", message))
        })?;
        let Some(found) = disagreement(&document.says, &rendered) else { return Ok(rendered) };
        let message = format!("template `{path}` changes the document of {whose}: `{}` {}", found.path, found.what);
        Err(Box::new(Diagnostic::error("template-changes-document", message).help(ADDS_ONLY)))
    }

    /// Renders prose.
    pub(super) fn render(&self, path: &str, data: &Value, whose: &str) -> Result<String, Box<Diagnostic>> {
        self.registry.render(path, data).map_err(|fault| {
            let line = fault.line_no.map_or(String::new(), |line| format!(", line {line}"));
            let message = format!("template `{path}`{line} fails for {whose}: {}", fault.reason());
            Box::new(
                Diagnostic::error("template-fails", message)
                    .help("`templates/README.md` lists what a template may use"),
            )
        })
    }
}

/// What a template may do to a document.
const ADDS_ONLY: &str =
    "a template may add fields to a map; it may not change or drop a field, touch a list, or fill an empty map";

fn unknown(path: &str) -> Diagnostic {
    let fault = Diagnostic::error("template-unknown", format!("no template is called `{path}`"));
    match nearest(path, SHIPPED.iter().map(|(known, _)| *known)) {
        Some(known) => fault.help(format!("did you mean `{known}`?")),
        None => fault.help("an override has the path of the shipped template that it replaces"),
    }
}

/// Checks one template and adds it to the registry.
fn load(registry: &mut Handlebars<'static>, path: &str, text: &str) -> Vec<Diagnostic> {
    let writer = if path.ends_with(MANIFEST) { "json" } else { "md" };
    match template_check::check(text, writer) {
        Err(fault) => {
            let line = fault.pos().map_or(String::new(), |(line, _)| format!(", line {line}"));
            vec![Diagnostic::error(
                "template-syntax",
                format!("template `{path}`{line} is no Handlebars template: {}", fault.reason()),
            )]
        }
        Ok(refusals) if refusals.is_empty() => {
            let template = Template::compile_with_name(text, path.to_owned()).expect("it compiled a moment ago");
            registry.register_template(path, template);
            Vec::new()
        }
        Ok(refusals) => refusals
            .into_iter()
            .map(|refusal| {
                Diagnostic::error(
                    "template-unsafe",
                    format!("template `{path}`, line {}, {}, and a template must not", refusal.line, refusal.what),
                )
                .help(format!("write data as `{{{{{writer} name}}}}`; blocks are `each`, `if`, `unless` and `with`"))
            })
            .collect(),
    }
}

/// `{{json x}}`: `x` as a JSON literal, which is YAML too.
fn json_helper(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let value = present(helper)?;
    out.write(&json_literal(value))?;
    Ok(())
}

/// JSON with every character escaped that readers of YAML take for a line break, drop or refuse.
fn json_literal(value: &Value) -> String {
    let mut literal = String::new();
    for c in value.to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                literal.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => literal.push(c),
        }
    }
    literal
}

/// `{{md x}}`: text in which nothing is Markdown, HTML or a line break.
fn markdown_helper(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = match present(helper)? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    out.write(&markdown_text(&text))?;
    Ok(())
}

fn markdown_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => escaped.push(' '),
            // What means something inside of a line or at its beginning. A link or an image needs its bracket.
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The helper's parameter, where the data has it.
fn present<'a>(helper: &'a Helper<'_>) -> Result<&'a Value, RenderError> {
    let param = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("helper", 0))?;
    if param.is_value_missing() {
        return Err(RenderErrorReason::MissingVariable(param.relative_path().cloned()).into());
    }
    Ok(param.value())
}

/// `if` and `unless` that know what they are asked: Handlebars' own take a misspelt name for false, strict mode or not.
struct StrictIf {
    wants: bool,
}

impl HelperDef for StrictIf {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let holds = match present(helper)? {
            Value::Null => false,
            Value::Bool(truth) => *truth,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(_) => true,
        };
        let branch = if holds == self.wants { helper.template() } else { helper.inverse() };
        branch.map_or(Ok(()), |branch| branch.render(registry, context, render, out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACE: &str = "namespace/namespace.yaml.hbs";

    fn own(text: &str) -> Result<Templates, Vec<Diagnostic>> {
        Templates::with_overrides(vec![(NAMESPACE.to_owned(), text.as_bytes().to_vec())])
    }

    fn lay_out(text: &str, says: Value) -> Result<Value, Box<Diagnostic>> {
        let document = Document::new(NAMESPACE, says);
        own(text).unwrap().lay_out(&document, &json!({ "tenant": { "name": "a" } }), "tenant `a`")
    }

    #[test]
    fn the_shipped_templates_are_sorted_and_load() {
        assert!(SHIPPED.is_sorted());
        let _ = Templates::shipped();
    }

    #[test]
    fn an_override_may_add_a_label() {
        let text =
            "metadata:\n  name: {{json document.metadata.name}}\n  labels: { owner: {{json about.tenant.name}} }\n";
        let found = lay_out(text, json!({ "metadata": { "name": "n" } })).unwrap();
        assert_eq!(found, json!({ "metadata": { "name": "n", "labels": { "owner": "a" } } }));
    }

    #[test]
    fn an_override_that_changes_the_document_names_template_place_and_tenant() {
        let fault = lay_out("metadata:\n  name: other\n", json!({ "metadata": { "name": "n" } })).unwrap_err();
        assert_eq!(fault.code, "template-changes-document");
        assert_eq!(
            fault.message,
            "template `namespace/namespace.yaml.hbs` changes the document of tenant `a`: `metadata.name` says `\"other\"` instead of `\"n\"`"
        );
    }

    #[test]
    fn a_misspelt_name_is_a_fault_with_its_line_in_every_construct() {
        for (text, line) in [
            ("a: 1\nb: {{json documnet}}\n", 2),
            ("a: 1\n{{#if documnet}}b: 1{{/if}}\n", 2),
            ("{{#unless document.nothing}}b: 1{{/unless}}\n", 1),
            ("a: 1\nc: 1\n{{#each documnet}}{{/each}}\n", 3),
            ("a: 1\n{{#with documnet}}{{/with}}\n", 2),
        ] {
            let fault = lay_out(text, json!({ "a": 1 })).unwrap_err();
            assert_eq!(fault.code, "template-fails", "{text}");
            assert!(fault.message.contains(&format!("line {line}")), "{}", fault.message);
            assert!(fault.message.contains("tenant `a`"), "{}", fault.message);
        }
    }

    #[test]
    fn a_template_that_renders_no_yaml_or_two_documents_is_refused() {
        for text in ["a: {", "a: 1\n---\nb: 1\n", ""] {
            assert!(lay_out(text, json!({ "a": 1 })).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_override_of_nothing_is_refused_with_the_nearest_name() {
        let faults =
            Templates::with_overrides(vec![("namespace/namespce.yaml.hbs".to_owned(), Vec::new())]).unwrap_err();
        assert_eq!(faults[0].code, "template-unknown");
        assert_eq!(faults[0].help, ["did you mean `namespace/namespace.yaml.hbs`?"]);
    }

    #[test]
    fn an_unsafe_override_and_one_that_is_no_template_are_refused() {
        assert_eq!(own("a: {{x}}").unwrap_err()[0].code, "template-unsafe");
        assert_eq!(own("a: {{#each}").unwrap_err()[0].code, "template-syntax");
        let bytes = vec![(NAMESPACE.to_owned(), vec![0xff, 0xfe])];
        assert_eq!(Templates::with_overrides(bytes).unwrap_err()[0].code, "template-not-text");
    }

    #[test]
    fn data_that_looks_like_a_template_or_like_yaml_stays_data() {
        for payload in [
            "{{about.tenant.name}}",
            "a\n  b: c",
            "\"}\nkind: ClusterRole",
            "---\n- x",
            "\u{85}x\u{2028}y\u{7f}\u{feff}",
            "&a *a !!x",
        ] {
            let said = json!({ "metadata": { "name": payload, payload: [payload] } });
            let text = "metadata:\n{{#each document.metadata}}\n  {{json @key}}: {{json this}}\n{{/each}}\n";
            assert_eq!(lay_out(text, said.clone()), Ok(said), "{payload:?}");
        }
    }

    #[test]
    fn prose_from_data_is_neither_markdown_nor_html_nor_two_lines() {
        assert_eq!(markdown_text("a|b\n# c <script>[x](y)"), "a\\|b \\# c &lt;script&gt;\\[x\\](y)");
    }
}
