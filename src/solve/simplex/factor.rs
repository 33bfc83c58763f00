//! A basis as factors: sparse LU, and one eta for each column that was exchanged since.
//!
//! Columns of a square matrix flow in, solutions of `B x = b` and `yᵀ B = cᵀ` flow out. Pivots are chosen by Markowitz's count among entries of
//! at least a tenth of their column (Markowitz 1957; Suhl & Suhl 1990 for the order), exchanges are kept in product form. Columns that
//! depend on others are reported, not repaired.

/// Entries below this are zero.
const DROP: f64 = 1e-14;
/// A pivot is at least this part of the largest entry in its column.
const THRESHOLD: f64 = 0.1;
/// No pivot is smaller.
const SMALLEST: f64 = 1e-10;

/// The factors of a basis.
#[derive(Debug, Clone, Default)]
pub struct Factor {
    /// Row and position of each pivot, in order, and its value.
    pivots: Vec<(usize, usize, f64)>,
    /// Multipliers of each pivot's row: rows from which it was taken away.
    lower: Lists,
    /// What is left of each pivot's row, by position.
    upper_rows: Lists,
    /// What is left of each pivot's column, by row.
    upper_columns: Lists,
    /// Exchanged positions: the pivot, and the other entries of the column in terms of the basis before.
    etas: Vec<(usize, f64)>,
    eta_entries: Lists,
    work: Vec<f64>,
}

/// Lists of entries in one piece of memory.
#[derive(Debug, Clone)]
struct Lists {
    starts: Vec<usize>,
    entries: Vec<(usize, f64)>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { starts: vec![0], entries: Vec::new() }
    }
}

impl Lists {
    fn clear(&mut self) {
        self.starts.truncate(1);
        self.entries.clear();
    }

    fn push(&mut self, entries: impl IntoIterator<Item = (usize, f64)>) {
        self.entries.extend(entries);
        self.starts.push(self.entries.len());
    }

    fn get(&self, index: usize) -> &[(usize, f64)] {
        &self.entries[self.starts[index]..self.starts[index + 1]]
    }
}

/// What could not be pivoted: as many rows as positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Singular {
    /// Rows without a pivot.
    pub rows: Vec<usize>,
    /// Positions without a pivot.
    pub positions: Vec<usize>,
}

impl Factor {
    /// Factors the columns, each a list of rows and values.
    ///
    /// # Errors
    /// Where columns depend on one another: a basis in which these positions hold these rows' unit columns can be factored.
    pub fn refactor(&mut self, columns: &[Vec<(usize, f64)>]) -> Result<(), Singular> {
        self.pivots.clear();
        self.lower.clear();
        self.upper_rows.clear();
        self.upper_columns.clear();
        self.etas.clear();
        self.eta_entries.clear();
        self.work.clear();
        self.work.resize(columns.len(), 0.0);
        Elimination::new(columns).run(self)
    }

    /// How many columns were exchanged since the last refactoring, and how their entries compare with the factors'.
    pub fn is_long(&self) -> bool {
        let size = self.pivots.len();
        self.etas.len() >= 64 || self.eta_entries.entries.len() > 3 * (self.upper_rows.entries.len() + size)
    }

    /// True right after refactoring.
    pub fn is_fresh(&self) -> bool {
        self.etas.is_empty()
    }

    /// Exchanges the column at a position for one that is `column` in terms of this basis.
    pub fn exchange(&mut self, position: usize, column: &[f64]) {
        self.etas.push((position, column[position]));
        let others = column.iter().enumerate().filter(|(at, value)| *at != position && value.abs() > DROP);
        self.eta_entries.push(others.map(|(at, value)| (at, *value)));
    }

    /// Solves `B x = b`: rows in, positions out.
    pub fn solve(&mut self, vector: &mut [f64]) {
        for (step, (row, _, _)) in self.pivots.iter().enumerate() {
            let value = vector[*row];
            if value != 0.0 {
                for (at, multiplier) in self.lower.get(step) {
                    vector[*at] -= multiplier * value;
                }
            }
        }
        for (step, (row, position, pivot)) in self.pivots.iter().enumerate().rev() {
            let mut value = vector[*row];
            if value != 0.0 {
                value /= pivot;
                for (at, entry) in self.upper_columns.get(step) {
                    vector[*at] -= entry * value;
                }
            }
            self.work[*position] = if value.abs() > DROP { value } else { 0.0 };
        }
        vector.copy_from_slice(&self.work);
        for (index, (position, pivot)) in self.etas.iter().enumerate() {
            let value = vector[*position];
            if value != 0.0 {
                let value = value / pivot;
                vector[*position] = value;
                for (at, entry) in self.eta_entries.get(index) {
                    vector[*at] -= entry * value;
                }
            }
        }
    }

    /// Solves `yᵀ B = cᵀ`: positions in, rows out.
    pub fn solve_transposed(&mut self, vector: &mut [f64]) {
        for (index, (position, pivot)) in self.etas.iter().enumerate().rev() {
            let sum: f64 = self.eta_entries.get(index).iter().map(|(at, entry)| entry * vector[*at]).sum();
            vector[*position] = (vector[*position] - sum) / pivot;
        }
        for (step, (row, position, pivot)) in self.pivots.iter().enumerate() {
            let mut value = vector[*position];
            if value != 0.0 {
                value /= pivot;
                for (at, entry) in self.upper_rows.get(step) {
                    vector[*at] -= entry * value;
                }
            }
            self.work[*row] = if value.abs() > DROP { value } else { 0.0 };
        }
        vector.copy_from_slice(&self.work);
        for (step, (row, _, _)) in self.pivots.iter().enumerate().rev() {
            let list = self.lower.get(step);
            if !list.is_empty() {
                let sum: f64 = list.iter().map(|(at, multiplier)| multiplier * vector[*at]).sum();
                vector[*row] -= sum;
            }
        }
    }
}

/// The matrix while it is taken apart.
struct Elimination {
    /// Entries of rows that have no pivot yet, by position. What was pivoted has left them.
    rows: Vec<Vec<(usize, f64)>>,
    /// Rows in which a position may have an entry; rows that are gone may still stand here.
    columns: Vec<Vec<usize>>,
    counts: Vec<usize>,
    row_open: Vec<bool>,
    column_open: Vec<bool>,
    /// What pivoted rows left in a position.
    upper: Vec<Vec<(usize, f64)>>,
    dense: Vec<f64>,
}

impl Elimination {
    fn new(columns: &[Vec<(usize, f64)>]) -> Self {
        let size = columns.len();
        let mut rows = vec![Vec::new(); size];
        for (position, column) in columns.iter().enumerate() {
            for (row, value) in column {
                rows[*row].push((position, *value));
            }
        }
        Self {
            rows,
            columns: columns.iter().map(|column| column.iter().map(|(row, _)| *row).collect()).collect(),
            counts: columns.iter().map(Vec::len).collect(),
            row_open: vec![true; size],
            column_open: vec![true; size],
            upper: vec![Vec::new(); size],
            dense: vec![0.0; size],
        }
    }

    fn run(mut self, factor: &mut Factor) -> Result<(), Singular> {
        let size = self.counts.len();
        let mut single: Vec<usize> = (0..size).rev().filter(|position| self.counts[*position] == 1).collect();
        let mut open: Vec<usize> = (0..size).collect();
        loop {
            // A column with one entry costs nothing; each pivot may leave more of them.
            while let Some(position) = single.pop() {
                if self.column_open[position]
                    && self.counts[position] == 1
                    && let Some((row, value)) = self.best_row(position)
                {
                    self.pivot(factor, row, position, value, &mut single);
                }
            }
            open.retain(|position| self.column_open[*position]);
            let Some((row, position, value)) = self.choose(&open) else { break };
            self.pivot(factor, row, position, value, &mut single);
        }
        if factor.pivots.len() < size {
            let left = |open: &[bool]| (0..size).filter(|at| open[*at]).collect();
            return Err(Singular { rows: left(&self.row_open), positions: left(&self.column_open) });
        }
        Ok(())
    }

    /// The pivot with the fewest neighbours among the four shortest columns that have one.
    fn choose(&mut self, open: &[usize]) -> Option<(usize, usize, f64)> {
        let mut shortest: Vec<(usize, usize)> = Vec::with_capacity(5);
        for position in open {
            let key = (self.counts[*position], *position);
            if shortest.len() < 4 || key < shortest[shortest.len() - 1] {
                let at = shortest.partition_point(|known| *known < key);
                shortest.insert(at, key);
                shortest.truncate(4);
            }
        }
        let mut best: Option<(usize, usize, usize, f64)> = None;
        let mut consider = |this: &mut Self, count: usize, position: usize| {
            if let Some((row, value)) = this.best_row(position) {
                let cost = (count.max(1) - 1) * (this.rows[row].len() - 1);
                if best.is_none_or(|(known, ..)| cost < known) {
                    best = Some((cost, row, position, value));
                }
            }
        };
        for (count, position) in &shortest {
            consider(self, *count, *position);
        }
        if best.is_none() {
            // The shortest columns are empty or tiny: look at all before giving up.
            let mut consider_all = None;
            for position in open {
                if let Some((row, value)) = self.best_row(*position) {
                    consider_all = Some((row, *position, value));
                    break;
                }
            }
            return consider_all;
        }
        best.map(|(_, row, position, value)| (row, position, value))
    }

    /// The shortest row among a column's large entries.
    fn best_row(&mut self, position: usize) -> Option<(usize, f64)> {
        let row_open = &self.row_open;
        self.columns[position].retain(|row| row_open[*row]);
        let value = |row: usize| self.rows[row].iter().find(|(at, _)| *at == position).map_or(0.0, |(_, value)| *value);
        let entries: Vec<(usize, f64)> = self.columns[position].iter().map(|row| (*row, value(*row))).collect();
        let largest = entries.iter().map(|(_, value)| value.abs()).fold(0.0, f64::max);
        if largest < SMALLEST {
            return None;
        }
        entries
            .into_iter()
            .filter(|(_, value)| value.abs() >= THRESHOLD * largest)
            .min_by_key(|(row, _)| (self.rows[*row].len(), *row))
    }

    fn pivot(&mut self, factor: &mut Factor, row: usize, position: usize, value: f64, single: &mut Vec<usize>) {
        self.row_open[row] = false;
        self.column_open[position] = false;
        let mut mine = std::mem::take(&mut self.rows[row]);
        mine.retain(|(at, _)| *at != position);
        for (at, entry) in &mine {
            self.upper[*at].push((row, *entry));
            self.counts[*at] -= 1;
            if self.counts[*at] == 1 {
                single.push(*at);
            }
        }
        let mut multipliers = Vec::new();
        for other in std::mem::take(&mut self.columns[position]) {
            if !self.row_open[other] {
                continue;
            }
            let Some(index) = self.rows[other].iter().position(|(at, _)| *at == position) else { continue };
            let (_, entry) = self.rows[other].swap_remove(index);
            if entry.abs() > DROP {
                multipliers.push((other, entry / value));
                self.subtract(other, &mine, entry / value, single);
            }
        }
        factor.pivots.push((row, position, value));
        factor.lower.push(multipliers);
        factor.upper_columns.push(std::mem::take(&mut self.upper[position]));
        factor.upper_rows.push(mine);
    }

    fn subtract(&mut self, other: usize, mine: &[(usize, f64)], multiplier: f64, single: &mut Vec<usize>) {
        for (at, entry) in mine {
            self.dense[*at] = multiplier * entry;
        }
        let mut theirs = std::mem::take(&mut self.rows[other]);
        theirs.retain_mut(|(at, value)| {
            let before = self.dense[*at];
            if before == 0.0 {
                return true;
            }
            self.dense[*at] = 0.0;
            *value -= before;
            let kept = value.abs() > DROP;
            if !kept {
                self.columns[*at].retain(|row| *row != other);
                self.counts[*at] -= 1;
                if self.counts[*at] == 1 {
                    single.push(*at);
                }
            }
            kept
        });
        for (at, _) in mine {
            let fill = self.dense[*at];
            self.dense[*at] = 0.0;
            if fill.abs() > DROP {
                theirs.push((*at, -fill));
                self.columns[*at].push(other);
                self.counts[*at] += 1;
            }
        }
        self.rows[other] = theirs;
    }
}
