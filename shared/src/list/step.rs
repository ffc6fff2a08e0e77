//! What a person does about the reasons of an invoice. Knows nothing of how a reason came about.

use crate::report::Statement;
use crate::sentence::{Param, Sentence, next, step as says};

/// The steps that these reasons ask for, each once: what is missing, what is to be compared, then what each rule asks.
pub(super) fn of_reasons(reasons: &[Statement]) -> Vec<Sentence> {
    let fields = |id: &str| -> Vec<String> {
        let named = reasons.iter().filter(|reason| reason.said.id == id);
        named.filter_map(|reason| reason.said.text("field")).map(str::to_owned).collect()
    };
    let (missing, open) = (fields("field_not_found"), fields("field_unconfirmed"));
    let mut steps = Vec::new();
    steps.extend((!missing.is_empty()).then(|| says::look_up(missing.as_slice())));
    steps.extend((!open.is_empty()).then(|| says::compare(open.as_slice())));
    for reason in reasons.iter().filter(|reason| reason.said.id == "check_failed") {
        let step = of_failure(&reason.said).filter(|step| !steps.contains(step));
        steps.extend(step);
    }
    steps
}

/// What is to be done about an invoice that stands elsewhere, too.
pub(super) fn of_repeated(has_another_total: bool) -> Sentence {
    if has_another_total { says::compare_rivals() } else { says::pay_once() }
}

fn of_failure(said: &Sentence) -> Option<Sentence> {
    let rule = said.text("rule")?;
    if rule != "not_seen_before" {
        return of_rule(rule);
    }
    let detail = match said.params.get("detail") {
        Some(Param::Sentence(detail)) => detail.id.as_str(),
        _ => "",
    };
    Some(of_repeated(detail.ends_with("_otherwise") || detail.starts_with("rival")))
}

/// What to do where a rule failed; none of a rule that we do not know.
fn of_rule(rule: &str) -> Option<Sentence> {
    Some(match rule {
        "sources_agree" => says::ask_for_new_file(),
        "qr_matches_print" => says::compare_or_ask(),
        "qr_kind_matches_type" => says::look_at_qr(),
        "number_shapes" => says::type_value(),
        "code_fits_type" | "code_fits_title" => says::compare_code_and_title(),
        "code_fits_date" => says::compare_code_and_date(),
        "digital_number_fits_date" => says::compare_number_and_date(),
        "printed_again" => says::compare_both_places(),
        "date_is_possible" => says::compare_date(),
        "buyer_tax_id_check_digit" => says::compare_buyer_tax_id(),
        "seller_tax_id_check_digit" => says::compare_seller_tax_id(),
        "seal_matches_seller" => says::ask_about_seal(),
        "buyer_is_ours" => says::ask_for_our_name(),
        "roles_are_clear" => says::compare_named(),
        "text_is_whole" => says::look_at_page(),
        "words_match_digits" => says::compare_words_and_digits(),
        "signs_agree" => says::compare_signs(),
        "quantity_times_price" => says::compare_line(),
        "amount_times_rate" => says::compare_tax(),
        "total_plus_tax" => says::compare_totals(),
        "lines_add_up" | "line_taxes_add_up" => says::compare_lines(),
        "copies_agree" => next::compare_with_paper(),
        "not_seen_before" => says::pay_once(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence::{Lang, check, report};

    fn said(reasons: Vec<Sentence>, lang: Lang) -> Vec<String> {
        let reasons: Vec<Statement> = reasons.into_iter().map(Statement::from).collect();
        of_reasons(&reasons).iter().map(|step| step.say(lang).unwrap()).collect()
    }

    #[test]
    fn every_rule_that_can_fail_has_a_next_step() {
        let table = include_str!("../../../README.md").lines().filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            Some((cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?.to_owned(), (*cells.get(3)?).to_owned()))
        });
        let rules: Vec<(String, String)> = table.filter(|(rule, _)| rule.contains('_')).collect();
        assert!(rules.iter().any(|(rule, _)| rule == "copies_agree"), "{rules:?}");
        for (rule, when) in rules.iter().take_while(|(rule, _)| rule != "not_seen_before") {
            assert_eq!(of_rule(rule).is_none(), when.starts_with("only `warn`"), "{rule}");
        }
    }

    #[test]
    fn fields_are_named_together_and_no_step_is_said_twice() {
        let reasons = || {
            vec![
                report::field_unconfirmed("issue_date", "2019-01-14"),
                report::field_not_found("grand_total"),
                report::field_unconfirmed("buyer.tax_id", "9131"),
                report::check_failed("code_fits_title", check::earlier_here(1)),
                report::check_failed("code_fits_type", check::earlier_here(1)),
                report::check_failed("not_seen_before", check::earlier_here(1)),
                report::check_failed("a_rule_of_tomorrow", check::earlier_here(1)),
            ]
        };
        assert_eq!(
            said(reasons(), Lang::Zh),
            [
                "请在票面上查找并补录价税合计（小写）。",
                "请将开票日期、购买方税号与票面核对。",
                "请核对发票代码和发票名称。",
                "请勿重复付款或入账。"
            ]
        );
        assert_eq!(said(reasons(), Lang::En)[0], "Look grand total up on the page and type it.");
        let rival = vec![report::check_failed("not_seen_before", check::earlier_here_otherwise(1, "1", "2"))];
        assert!(said(rival, Lang::En)[0].contains("altered"), "another total is worse than a copy");
    }
}
