namespace FLTS.Forecasting.Prophet.Fit;

/// <summary>
/// Minimises 1/2 z'Hz - c'z + sum_j penalty_j |z_j| exactly: an active-set search over the signs of z
/// (feature-sign search, Lee, Battle, Raina &amp; Ng 2007). Where a penalty is 0 the unknown is always active.
/// </summary>
internal sealed class LassoQuadratic(int size)
{
    private readonly double[] _factor = new double[size * size];
    private readonly double[] _solution = new double[size];
    private readonly int[] _active = new int[size];
    private readonly double[] _scale = new double[size];

    /// <summary>Solves from the start in <paramref name="z"/>, which receives the minimiser.</summary>
    /// <param name="h">[P, P] Symmetric, positive definite on every set that can be active.</param>
    /// <param name="c">[P] Linear term.</param>
    /// <param name="penalty">[P] At least 0.</param>
    /// <param name="z">[P] Start and result.</param>
    /// <returns>False where rounding kept the signs from settling.</returns>
    public bool Solve(ReadOnlySpan<double> h, ReadOnlySpan<double> c, ReadOnlySpan<double> penalty, Span<double> z)
    {
        var sign = new int[size];
        var banned = new bool[size];
        for (var j = 0; j < size; j++)
        {
            _scale[j] = h[(j * size) + j] > 0 ? 1 / Math.Sqrt(h[(j * size) + j]) : 0;
            sign[j] = penalty[j] > 0 ? Math.Sign(z[j]) : 0;
        }

        for (var round = 0; round < 50 + (20 * size); round++)
        {
            var n = 0;
            for (var j = 0; j < size; j++)
            {
                if ((penalty[j] == 0 || sign[j] != 0) && _scale[j] > 0)
                    _active[n++] = j;
            }

            SolveActive(h, c, penalty, sign, n);
            var (step, blocking) = LongestStep(z, sign, n);
            for (var i = 0; i < n; i++)
                z[_active[i]] += step * (_solution[i] - z[_active[i]]);
            if (blocking >= 0)
            {
                banned[blocking] |= step == 0;
                z[blocking] = 0;
                sign[blocking] = 0;
                continue;
            }

            if (!Enter(h, c, penalty, z, sign, banned))
                return true;
        }

        return false;
    }

    private void SolveActive(ReadOnlySpan<double> h, ReadOnlySpan<double> c, ReadOnlySpan<double> penalty, int[] sign, int n)
    {
        // Rows and columns are scaled to a unit diagonal: the priors of trend and seasonality differ by orders of magnitude.
        var l = _factor.AsSpan(0, n * n);
        for (var i = 0; i < n; i++)
        {
            var row = h.Slice(_active[i] * size, size);
            for (var j = 0; j <= i; j++)
                l[(i * n) + j] = row[_active[j]] * _scale[_active[i]] * _scale[_active[j]];
            _solution[i] = (c[_active[i]] - (penalty[_active[i]] * sign[_active[i]])) * _scale[_active[i]];
        }

        LinearAlgebra.Cholesky(l, n);
        LinearAlgebra.Solve(l, n, _solution.AsSpan(0, n));
        for (var i = 0; i < n; i++)
            _solution[i] *= _scale[_active[i]];
    }

    // How far towards the solution no sign changes, and which unknown reaches 0 there.
    private (double Step, int Blocking) LongestStep(ReadOnlySpan<double> z, int[] sign, int n)
    {
        var (step, blocking) = (1.0, -1);
        for (var i = 0; i < n; i++)
        {
            var j = _active[i];
            if (sign[j] == 0 || _solution[i] * sign[j] > 0)
                continue;
            var reach = z[j] == 0 ? 0 : z[j] / (z[j] - _solution[i]);
            if (reach <= step)
                (step, blocking) = (reach, j);
        }

        return (step, blocking);
    }

    // Activates the unknown that breaks its optimality condition |c - Hz| <= penalty most.
    private bool Enter(
        ReadOnlySpan<double> h, ReadOnlySpan<double> c, ReadOnlySpan<double> penalty, ReadOnlySpan<double> z, int[] sign, bool[] banned)
    {
        var (worst, excess, direction) = (-1, 0.0, 0);
        for (var j = 0; j < size; j++)
        {
            if (penalty[j] == 0 || sign[j] != 0 || banned[j] || _scale[j] == 0)
                continue;
            var gradient = c[j] - LinearAlgebra.Dot(h.Slice(j * size, size), z);
            var tolerance = (1e-6 * penalty[j]) + (1e-13 * Math.Abs(c[j]));
            var over = (Math.Abs(gradient) - penalty[j] - tolerance) * _scale[j];
            if (over > excess)
                (worst, excess, direction) = (j, over, Math.Sign(gradient));
        }

        if (worst >= 0)
            sign[worst] = direction;
        return worst >= 0;
    }
}
