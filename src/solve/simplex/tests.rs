//! The simplex against a backend, against its own prices, and against itself from a warm start.

use good_lp::{Expression, ProblemVariables, Solution as _, SolverModel as _, constraint, variable};

use super::{Column, Program, Simplex, Status};

const NO_CUTOFF: f64 = f64::INFINITY;

fn solved(program: &Program) -> (Status, Simplex) {
    let mut simplex = Simplex::new(program);
    let status = simplex.solve(NO_CUTOFF, 100_000);
    (status, simplex)
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn whole(&mut self, low: i64, high: i64) -> f64 {
        (low + self.roll((high - low + 1) as u64) as i64) as f64
    }
}

/// Small whole numbers: many ties, many vertices on one point.
fn random(seed: u64) -> Program {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9).wrapping_add(7));
    let (rows, columns) = (1 + dice.roll(12), 1 + dice.roll(20));
    let mut program = Program::default();
    for _ in 0..rows {
        let low = dice.whole(-25, 3);
        let high = low + dice.whole(5, 30);
        match dice.roll(6) {
            0 => program.row(low, low),
            1 => program.row(low, f64::INFINITY),
            2 => program.row(f64::NEG_INFINITY, high),
            _ => program.row(low, high),
        };
    }
    for _ in 0..columns {
        let low = dice.whole(-3, 2);
        let entries: Vec<(usize, f64)> = (0..rows)
            .filter_map(|row| if dice.roll(3) == 0 { Some((row as usize, dice.whole(-6, 6))) } else { None })
            .collect();
        program.column(dice.whole(-9, 9), low, low + dice.whole(0, 8), &entries);
    }
    if !seed.is_multiple_of(3) {
        // A corner of the box is made feasible, on the edge of some rows.
        for (row, ends) in program.rows.iter_mut().enumerate() {
            let entry =
                |column: &Column| column.entries.iter().find(|(at, _)| *at == row).map_or(0.0, |(_, value)| *value);
            let activity: f64 = program.columns.iter().map(|column| column.lower * entry(column)).sum();
            let by = (activity - ends.0).min(0.0) + (activity - ends.1).max(0.0);
            *ends = (ends.0 + by, ends.1 + by);
        }
    }
    program
}

/// What a backend makes of it: the cost of its optimum, or nothing where there is none.
fn oracle(program: &Program) -> Option<f64> {
    let mut variables = ProblemVariables::new();
    let columns: Vec<_> =
        program.columns.iter().map(|column| variables.add(variable().min(column.lower).max(column.upper))).collect();
    let cost: Expression = program.columns.iter().zip(&columns).map(|(column, x)| column.cost * *x).sum();
    let mut model = variables.minimise(cost).using(good_lp::microlp);
    for (row, (low, high)) in program.rows.iter().enumerate() {
        let mut sum = Expression::from(0.0);
        for (column, x) in program.columns.iter().zip(&columns) {
            for (_, value) in column.entries.iter().filter(|(at, _)| *at == row) {
                sum += *value * *x;
            }
        }
        if low.is_finite() {
            model.add_constraint(constraint!(sum.clone() >= *low));
        }
        if high.is_finite() {
            model.add_constraint(constraint!(sum <= *high));
        }
    }
    let solution = model.solve().ok()?;
    Some(program.columns.iter().zip(&columns).map(|(column, x)| column.cost * solution.value(*x)).sum())
}

/// The bound that the prices prove, whatever the basis was: every column and row at its cheaper end.
fn bound(program: &Program, price: impl Fn(usize) -> f64, costs: f64) -> f64 {
    let mut sum = 0.0;
    for column in &program.columns {
        let reduced = costs * column.cost - column.entries.iter().map(|(row, value)| price(*row) * value).sum::<f64>();
        sum += (reduced * column.lower).min(reduced * column.upper);
    }
    for (row, (low, high)) in program.rows.iter().enumerate() {
        let price = price(row);
        if price.abs() > 1e-12 {
            sum += price * if price > 0.0 { *low } else { *high };
        }
    }
    sum
}

fn holds(program: &Program, simplex: &Simplex) {
    let mut rows = vec![0.0; program.rows.len()];
    for (index, column) in program.columns.iter().enumerate() {
        let value = simplex.value(index);
        assert!(value >= column.lower - 1e-7 && value <= column.upper + 1e-7);
        column.entries.iter().for_each(|(row, entry)| rows[*row] += entry * value);
    }
    for (value, (low, high)) in rows.iter().zip(&program.rows) {
        assert!(*value >= low - 1e-6 && *value <= high + 1e-6, "{value} is outside {low} to {high}");
    }
}

#[test]
fn a_hand_made_program_has_its_hand_made_prices() {
    // Two goods from two materials: max 3a + 5b, a ≤ 4, 2b ≤ 12, 3a + 2b ≤ 18 (Hillier and Lieberman's first example).
    let mut program = Program::default();
    let rows = [program.row(f64::NEG_INFINITY, 12.0), program.row(f64::NEG_INFINITY, 18.0)];
    let a = program.column(-3.0, 0.0, 4.0, &[(rows[1], 3.0)]);
    let b = program.column(-5.0, 0.0, 100.0, &[(rows[0], 2.0), (rows[1], 2.0)]);
    let (status, simplex) = solved(&program);
    assert_eq!(status, Status::Optimal);
    assert_eq!((simplex.value(a), simplex.value(b), simplex.objective()), (2.0, 6.0, -36.0));
    assert_eq!((simplex.price(rows[0]), simplex.price(rows[1])), (-1.5, -1.0));
}

#[test]
fn two_thousand_random_programs_agree_with_a_backend_and_prove_it() {
    let mut infeasible = 0;
    for seed in 0..2_000 {
        let program = random(seed);
        let (status, simplex) = solved(&program);
        match oracle(&program) {
            Some(cost) => {
                assert_eq!(status, Status::Optimal, "seed {seed}");
                assert!((simplex.objective() - cost).abs() < 1e-6 * (1.0 + cost.abs()), "seed {seed}");
                holds(&program, &simplex);
                let proven = bound(&program, |row| simplex.price(row), 1.0);
                assert!((proven - cost).abs() < 1e-6 * (1.0 + cost.abs()), "seed {seed}: {proven} for {cost}");
            }
            None => {
                infeasible += 1;
                assert_eq!(status, Status::Infeasible, "seed {seed}");
                let proven = bound(&program, |row| simplex.ray(row), 0.0);
                assert!(proven > 1e-9, "seed {seed}: a ray must prove what it says, not {proven}");
            }
        }
    }
    assert!((200..1_800).contains(&infeasible), "{infeasible} of 2,000 are infeasible");
}

#[test]
fn a_warm_start_ends_where_a_cold_one_does() {
    let mut compared = 0;
    for seed in 0..600 {
        let mut program = random(seed);
        let (status, mut warm) = solved(&program);
        if status != Status::Optimal {
            continue;
        }
        let mut dice = Dice(seed);
        let basis = warm.basis();
        for _ in 0..4 {
            let at = dice.roll(program.columns.len() as u64) as usize;
            let column = &mut program.columns[at];
            column.upper = column.lower + ((column.upper - column.lower) / 2.0).floor();
            warm.load(&basis);
            warm.bound(at, column.lower, column.upper);
            let status = warm.solve(NO_CUTOFF, 100_000);
            let (cold_status, cold) = solved(&program);
            assert_eq!(status, cold_status, "seed {seed}");
            if status == Status::Optimal {
                let (one, other) = (warm.objective(), cold.objective());
                assert!((one - other).abs() < 1e-7 * (1.0 + other.abs()), "seed {seed}");
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn a_program_with_one_answer_many_times_over_ends() {
    // Sixty equal units on twenty equal hosts: every assignment is a vertex, all of them cost the same.
    let mut program = Program::default();
    let units: Vec<usize> = (0..60).map(|_| program.row(1.0, 1.0)).collect();
    let hosts: Vec<usize> = (0..20).map(|_| program.row(f64::NEG_INFINITY, 0.0)).collect();
    for unit in &units {
        for host in &hosts {
            program.column(1.0, 0.0, 1.0, &[(*unit, 1.0), (*host, 250.0)]);
        }
    }
    for host in &hosts {
        program.column(7.0, 0.0, 9.0, &[(*host, -1000.0)]);
    }
    let (status, simplex) = solved(&program);
    assert_eq!(status, Status::Optimal);
    assert!((simplex.objective() - (60.0 + 7.0 * 15.0)).abs() < 1e-7);
    let proven = bound(&program, |row| simplex.price(row), 1.0);
    assert!((proven - 165.0).abs() < 1e-9);
}

#[test]
fn what_costs_too_much_is_left_early_with_prices_that_say_so() {
    let mut program = Program::default();
    let rows: Vec<usize> = (0..40).map(|_| program.row(1.0, f64::INFINITY)).collect();
    for row in &rows {
        program.column(2.0, 0.0, 1.0, &[(*row, 1.0)]);
    }
    let mut simplex = Simplex::new(&program);
    assert_eq!(simplex.solve(50.0, 1_000), Status::Cutoff);
    assert!(bound(&program, |row| simplex.price(row), 1.0) > 50.0);
    assert_eq!(Simplex::new(&program).solve(NO_CUTOFF, 3), Status::Budget);
}
