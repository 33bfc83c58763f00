//! A linear program as numbers: columns with a cost and finite bounds, rows with bounds of which either may be infinite.
//!
//! Finite bounds on columns are what makes each basis one from which the dual simplex can start. Scaling is by powers of two, so that
//! nothing is rounded on the way in or out.

/// `min c·x` over `lower ≤ x ≤ upper`, `row_lower ≤ A x ≤ row_upper`.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Cost, bounds and entries (row, value) of columns.
    pub columns: Vec<Column>,
    /// Bounds of rows.
    pub rows: Vec<(f64, f64)>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its cost.
    pub cost: f64,
    /// Its lower bound: finite.
    pub lower: f64,
    /// Its upper bound: finite.
    pub upper: f64,
    /// Rows and values, each row at most once, none of them zero.
    pub entries: Vec<(usize, f64)>,
}

impl Program {
    /// Adds a row; its index.
    pub fn row(&mut self, lower: f64, upper: f64) -> usize {
        self.rows.push((lower, upper));
        self.rows.len() - 1
    }

    /// Adds a column; its index. Entries of one row are summed, zeros dropped.
    pub fn column(&mut self, cost: f64, lower: f64, upper: f64, entries: &[(usize, f64)]) -> usize {
        let mut sorted = entries.to_vec();
        sorted.sort_by_key(|(row, _)| *row);
        let mut merged: Vec<(usize, f64)> = Vec::with_capacity(sorted.len());
        for (row, value) in sorted {
            match merged.last_mut() {
                Some((last, sum)) if *last == row => *sum += value,
                Some(_) | None => merged.push((row, value)),
            }
        }
        merged.retain(|(_, value)| *value != 0.0);
        self.columns.push(Column { cost, lower, upper, entries: merged });
        self.columns.len() - 1
    }
}

/// Powers of two by which rows, columns and costs were multiplied.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Per row.
    pub rows: Vec<f64>,
    /// Per column: `x = scale · x'`.
    pub columns: Vec<f64>,
    /// Of all costs.
    pub cost: f64,
}

impl Scale {
    /// Geometric scaling, three rounds over rows and columns.
    pub fn of(program: &Program) -> Self {
        let mut rows = vec![1.0; program.rows.len()];
        let mut columns = vec![1.0; program.columns.len()];
        for _ in 0..3 {
            let mut ends = vec![(f64::INFINITY, 0.0_f64); rows.len()];
            for (column, scale) in program.columns.iter().zip(&columns) {
                for (row, value) in &column.entries {
                    let size = value.abs() * scale;
                    ends[*row] = (ends[*row].0.min(size), ends[*row].1.max(size));
                }
            }
            for (row, (least, most)) in rows.iter_mut().zip(ends) {
                *row = inverse_root(least, most);
            }
            for (column, scale) in program.columns.iter().zip(&mut columns) {
                let sizes = column.entries.iter().map(|(row, value)| value.abs() * rows[*row]);
                let (least, most) = sizes.fold((f64::INFINITY, 0.0_f64), |(a, b), size| (a.min(size), b.max(size)));
                *scale = inverse_root(least, most);
            }
        }
        let costs = program.columns.iter().zip(&columns).map(|(column, scale)| column.cost.abs() * scale);
        let most = costs.fold(0.0, f64::max);
        // The largest cost is near 2^10, so that one tolerance serves all programs.
        let cost = if most > 0.0 { power(1024.0 / most) } else { 1.0 };
        Self { rows, columns, cost }
    }
}

/// The power of two nearest to `1 / √(least · most)`.
fn inverse_root(least: f64, most: f64) -> f64 {
    if most == 0.0 { 1.0 } else { power(1.0 / (least * most).sqrt()) }
}

fn power(number: f64) -> f64 {
    number.log2().round().clamp(-60.0, 60.0).exp2()
}
