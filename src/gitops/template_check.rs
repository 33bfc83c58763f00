//! What a template may do, checked when it is loaded: write data through one helper, and repeat or leave out parts.
//!
//! A plain `{{x}}`, `{{{x}}}` or `{{&x}}` writes data as text, and text with a line break in it changes the structure of a YAML
//! file; 11 of 13 such payloads did. So the only expression is `{{json x}}` (`{{md x}}` in prose), and the only blocks are `each`,
//! `if`, `unless` and `with`. Partials, decorators and sub-expressions are refused, as nothing needs them.

use handlebars::template::{HelperTemplate, Parameter, TemplateElement};
use handlebars::{Template, TemplateError};

/// A construct that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Line in the template, from 1.
    pub line: usize,
    /// What stands there.
    pub what: String,
}

/// Blocks that a template may use.
const BLOCKS: [&str; 4] = ["each", "if", "unless", "with"];

/// Compiles a template and finds everything in it that is refused. `writer` is the one helper that emits data.
///
/// # Errors
/// Handlebars' own, where the text is no template.
pub(super) fn check(text: &str, writer: &str) -> Result<Vec<Refusal>, Box<TemplateError>> {
    let template = Template::compile(text).map_err(Box::new)?;
    let mut refusals = Vec::new();
    visit(&template, writer, &mut refusals);
    Ok(refusals)
}

fn visit(template: &Template, writer: &str, refusals: &mut Vec<Refusal>) {
    for (element, place) in template.elements.iter().zip(&template.mapping) {
        let mut refuse = |what: String| refusals.push(Refusal { line: place.0, what });
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::HtmlExpression(helper) => refuse(format!("writes `{}` as it is", name(helper))),
            TemplateElement::Expression(helper) => {
                if name(helper) != writer || helper.params.len() != 1 || !helper.hash.is_empty() {
                    refuse(format!("writes `{}` without `{{{{{writer} …}}}}`", name(helper)));
                } else if !are_plain(&helper.params) {
                    refuse(format!("gives `{writer}` something other than a name"));
                }
            }
            TemplateElement::HelperBlock(helper) => {
                if !BLOCKS.contains(&name(helper).as_str()) || helper.params.len() != 1 || !helper.hash.is_empty() {
                    refuse(format!("uses block `{}`", name(helper)));
                } else if !are_plain(&helper.params) {
                    refuse(format!("gives block `{}` something other than a name", name(helper)));
                }
                for inner in [&helper.template, &helper.inverse].into_iter().flatten() {
                    visit(inner, writer, refusals);
                }
            }
            TemplateElement::DecoratorExpression(_) | TemplateElement::DecoratorBlock(_) => {
                refuse("uses a decorator".to_owned());
            }
            TemplateElement::PartialExpression(_) | TemplateElement::PartialBlock(_) => {
                refuse("uses a partial".to_owned());
            }
            // The enum is not ours and may grow: what is unknown is refused.
            _ => refuse("uses a construct that is not known".to_owned()),
        }
    }
}

fn name(helper: &HelperTemplate) -> String {
    helper.name.as_name().unwrap_or("an expression").to_owned()
}

fn are_plain(params: &[Parameter]) -> bool {
    params.iter().all(|param| matches!(param, Parameter::Name(_) | Parameter::Path(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Vec<usize> {
        check(text, "json").unwrap().into_iter().map(|refusal| refusal.line).collect()
    }

    #[test]
    fn the_one_helper_and_the_four_blocks_are_allowed() {
        let text = "{{!-- why --}}a: {{json a.b}}\n{{#each a.list}}- {{json this}} {{json @index}}\n{{/each}}\n\
            {{#if a.b}}x{{else}}y{{/if}}{{#unless a.b}}z{{/unless}}{{#with a}}{{json b}}{{/with}}";
        assert_eq!(refused(text), Vec::<usize>::new());
    }

    #[test]
    fn every_way_to_write_data_as_text_is_refused_with_its_line() {
        for text in ["{{x}}", "{{{x}}}", "{{& x}}", "{{~x~}}", "{{this}}", "{{json}}", "{{lookup a b}}", "{{{json x}}}"]
        {
            assert_eq!(refused(&format!("a: 1\nb: {text}\n")), [2], "{text}");
        }
    }

    #[test]
    fn what_hides_in_a_block_is_found_too() {
        assert_eq!(refused("{{#each a}}\n{{#if b}}{{else}}\n{{x}}{{/if}}{{/each}}"), [3]);
        assert_eq!(refused("{{#each a}}{{json this}}{{else}}\n{{x}}{{/each}}"), [2]);
    }

    #[test]
    fn partials_decorators_sub_expressions_and_foreign_blocks_are_refused() {
        for text in [
            "{{> other}}",
            "{{#> other}}{{/other}}",
            "{{* inline \"a\"}}",
            "{{#*inline \"a\"}}{{/inline}}",
            "{{json (lookup a b)}}",
            "{{json \"text\"}}",
            "{{#raw}}{{/raw}}",
            "{{{{raw}}}}{{x}}{{{{/raw}}}}",
            "{{#if (eq a b)}}{{/if}}",
            "{{json a b}}",
            "{{json a b=c}}",
        ] {
            assert_eq!(refused(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn an_escaped_pair_of_braces_is_text() {
        assert_eq!(refused("a: \\{{x}}"), Vec::<usize>::new());
    }
}
