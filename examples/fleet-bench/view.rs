//! Rows as text: the table with the ratio to the rival, gap against time, time and memory against tenants; and all three in the README.

use std::fmt::Write as _;

use fleetplan::vocab::money::{Money, group_thousands};

use super::row::{Row, Run};

/// Both views as Markdown, which a terminal shows as well.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from(
        "| population | tenants | seed | build | status | objective | bound | gap | seconds | peak MiB | rival's objective | rival's gap | rival's seconds | rival's MiB | rival / fleetplan |\n\
         | --- | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for Row { population, tenants, seed, build, run, rival, limit: _ } in rows {
        let _ = writeln!(
            text,
            "| {population} | {} | {seed} | {build} | {} | {} | {} | {} | {:.2} | {} | {} |",
            group_thousands(*tenants as u64),
            run.status,
            money(run.objective.as_deref()),
            money(run.bound.as_deref()),
            percent(run.gap),
            run.seconds,
            count(run.peak_mib),
            rivals(run, rival.as_ref()),
        );
    }
    text.push_str("\nGap against time, in percent after that many seconds:\n\n");
    const TIMES: [f64; 6] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
    text.push_str(
        "| population | tenants | seed | build | 0.5 s | 1 s | 2 s | 5 s | 10 s | 30 s | end |\n\
         | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for Row { population, tenants, seed, build, run, .. } in rows.iter().filter(|row| !row.run.trace.is_empty()) {
        let at = |time: f64| {
            let known = run.trace.iter().rfind(|(seconds, _)| *seconds <= time).map(|(_, gap)| *gap);
            if time > run.seconds { String::new() } else { percent(known) }
        };
        let cells: Vec<String> = TIMES.into_iter().map(at).chain([percent(run.gap)]).collect();
        let tenants = group_thousands(*tenants as u64);
        let _ = writeln!(text, "| {population} | {tenants} | {seed} | {build} | {} |", cells.join(" | "));
    }
    text.push_str(
        "\nTime and memory against tenants, the median over seeds:\n\n\
         | population | build | tenants | reading, s | deciding, s | checking, s | ms a tenant | peak MiB | KiB a tenant |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut keys: Vec<(&str, &str, usize)> =
        rows.iter().map(|row| (row.population.as_str(), row.build.as_str(), row.tenants)).collect();
    keys.sort_unstable();
    keys.dedup();
    for (population, build, tenants) in keys {
        let same: Vec<&Run> = rows
            .iter()
            .filter(|row| (row.population.as_str(), row.build.as_str(), row.tenants) == (population, build, tenants))
            .map(|row| &row.run)
            .collect();
        let median = |of: fn(&Run) -> f64| {
            let mut all: Vec<f64> = same.iter().map(|run| of(run)).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let (seconds, mib) = (median(|run| run.seconds), median(|run| run.peak_mib.unwrap_or(0) as f64));
        let _ = writeln!(
            text,
            "| {population} | {build} | {} | {:.2} | {seconds:.2} | {:.3} | {:.3} | {mib:.0} | {:.1} |",
            group_thousands(tenants as u64),
            median(|run| run.read_seconds),
            median(|run| run.review_seconds),
            seconds * 1_000.0 / tenants as f64,
            mib * 1_024.0 / tenants as f64,
        );
    }
    text
}

fn rivals(run: &Run, rival: Option<&Run>) -> String {
    let Some(rival) = rival else { return "not run | | | |".to_owned() };
    let (Some(theirs), Some(ours)) = (rival.micro(), run.micro()) else {
        return format!("{} | | {:.2} | {} |", rival.status, rival.seconds, count(rival.peak_mib));
    };
    let refused = if rival.status.starts_with("refused") { format!(" ({})", rival.status) } else { String::new() };
    format!(
        "{}{refused} | {} | {:.2} | {} | {:.4}",
        Money(theirs),
        percent(rival.gap),
        rival.seconds,
        count(rival.peak_mib),
        theirs as f64 / ours as f64
    )
}

fn money(exact: Option<&str>) -> String {
    exact.and_then(|text| Money::parse(text).ok()).map_or_else(String::new, |money| money.to_string())
}

/// Rounded up: a gap that is not zero does not look like one.
fn percent(gap: Option<f64>) -> String {
    gap.map_or_else(String::new, |gap| {
        if gap <= 0.0 { "0 %".to_owned() } else { format!("{:.2} %", (gap * 100.0).ceil() / 100.0) }
    })
}

fn count(number: Option<u64>) -> String {
    number.map_or_else(String::new, group_thousands)
}

/// The page with what stands between the markers of this name replaced; nothing where it has none.
pub fn replaced(page: &str, name: &str, block: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (head, rest) = page.split_once(&begin)?;
    let (_, tail) = rest.split_once(&end)?;
    Some(format!("{head}{begin}\n\n{block}\n{end}{tail}"))
}
