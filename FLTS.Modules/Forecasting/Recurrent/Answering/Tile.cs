using System.Runtime.CompilerServices;
using FLTS.Forecasting.Compute;

namespace FLTS.Forecasting.Recurrent.Answering;

/// <summary>
/// Four registers of every gate that are summed side by side, so that no sum waits for itself and each weight that is fetched serves as
/// many windows as there are: register i is window i % windows of block i / windows. Which they are is decided when the code is
/// compiled. Everything is written out: sums in fields or arrays would go through memory, which takes twice as long.
/// </summary>
/// <typeparam name="T">A register.</typeparam>
/// <typeparam name="TShape">Windows by blocks.</typeparam>
/// <param name="last">The last of its blocks that there is, from 0; those behind are that one again.</param>
/// <param name="block">Weights from one block to the next.</param>
internal readonly unsafe struct Tile<T, TShape>(int last, int block)
    where T : struct, ILanes<T>
    where TShape : struct, ITileShape
{
    private readonly nint _second = (nint)block * Math.Min(1, last);
    private readonly nint _third = (nint)block * Math.Min(2 / TShape.Windows, last);
    private readonly nint _fourth = (nint)block * last;

    /// <summary>Which of its blocks a register is of.</summary>
    public int BlockOf(int register) => Math.Min(register / TShape.Windows, last);

    /// <summary>Whether a register is another's copy.</summary>
    public bool IsCopy(int register) => register / TShape.Windows > last;

    /// <summary>Adds a window's numbers times the weights of three gates.</summary>
    /// <param name="weights">[count][3][width] Of the first block.</param>
    /// <param name="numbers">[windows, apart] Of which the first <paramref name="count"/> of each are taken.</param>
    /// <param name="apart">Numbers from one window to the next.</param>
    /// <param name="count">Numbers of a window.</param>
    /// <param name="sums">[2 gates][4 registers][width] Added to.</param>
    /// <param name="third">[4 registers][width] The third gate's, added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(float* weights, float* numbers, nint apart, int count, float* sums, float* third)
    {
        var w = T.Width;
        T a0 = T.Load(sums), a1 = T.Load(sums + w), a2 = T.Load(sums + (2 * w)), a3 = T.Load(sums + (3 * w));
        T b0 = T.Load(sums + (4 * w)), b1 = T.Load(sums + (5 * w)), b2 = T.Load(sums + (6 * w)), b3 = T.Load(sums + (7 * w));
        T c0 = T.Load(third), c1 = T.Load(third + w), c2 = T.Load(third + (2 * w)), c3 = T.Load(third + (3 * w));
        for (var k = 0; k < count; k++, weights += 3 * w, numbers++)
        {
            T x0 = T.All(*numbers), x1 = Number1(x0, numbers, apart), x2 = Number2(x0, numbers, apart), x3 = Number3(x1, numbers, apart);
            T a = T.Load(weights), of2 = Weight2(a, weights);
            a0 = T.FusedMultiplyAdd(x0, a, a0);
            a1 = T.FusedMultiplyAdd(x1, Weight1(a, weights), a1);
            a2 = T.FusedMultiplyAdd(x2, of2, a2);
            a3 = T.FusedMultiplyAdd(x3, Weight3(a, of2, weights), a3);
            T b = T.Load(weights + w);
            of2 = Weight2(b, weights + w);
            b0 = T.FusedMultiplyAdd(x0, b, b0);
            b1 = T.FusedMultiplyAdd(x1, Weight1(b, weights + w), b1);
            b2 = T.FusedMultiplyAdd(x2, of2, b2);
            b3 = T.FusedMultiplyAdd(x3, Weight3(b, of2, weights + w), b3);
            T c = T.Load(weights + (2 * w));
            of2 = Weight2(c, weights + (2 * w));
            c0 = T.FusedMultiplyAdd(x0, c, c0);
            c1 = T.FusedMultiplyAdd(x1, Weight1(c, weights + (2 * w)), c1);
            c2 = T.FusedMultiplyAdd(x2, of2, c2);
            c3 = T.FusedMultiplyAdd(x3, Weight3(c, of2, weights + (2 * w)), c3);
        }

        Keep(sums, a0, a1, a2, a3);
        Keep(sums + (4 * w), b0, b1, b2, b3);
        Keep(third, c0, c1, c2, c3);
    }

    /// <summary>The same of four gates.</summary>
    /// <param name="weights">[count][4][width] Of the first block.</param>
    /// <param name="numbers">[windows, apart] Of which the first <paramref name="count"/> of each are taken.</param>
    /// <param name="apart">Numbers from one window to the next.</param>
    /// <param name="count">Numbers of a window.</param>
    /// <param name="sums">[4 gates][4 registers][width] Added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(float* weights, float* numbers, nint apart, int count, float* sums)
    {
        var w = T.Width;
        T a0 = T.Load(sums), a1 = T.Load(sums + w), a2 = T.Load(sums + (2 * w)), a3 = T.Load(sums + (3 * w));
        T b0 = T.Load(sums + (4 * w)), b1 = T.Load(sums + (5 * w)), b2 = T.Load(sums + (6 * w)), b3 = T.Load(sums + (7 * w));
        T c0 = T.Load(sums + (8 * w)), c1 = T.Load(sums + (9 * w)), c2 = T.Load(sums + (10 * w)), c3 = T.Load(sums + (11 * w));
        T d0 = T.Load(sums + (12 * w)), d1 = T.Load(sums + (13 * w)), d2 = T.Load(sums + (14 * w)), d3 = T.Load(sums + (15 * w));
        for (var k = 0; k < count; k++, weights += 4 * w, numbers++)
        {
            T x0 = T.All(*numbers), x1 = Number1(x0, numbers, apart), x2 = Number2(x0, numbers, apart), x3 = Number3(x1, numbers, apart);
            T a = T.Load(weights), of2 = Weight2(a, weights);
            a0 = T.FusedMultiplyAdd(x0, a, a0);
            a1 = T.FusedMultiplyAdd(x1, Weight1(a, weights), a1);
            a2 = T.FusedMultiplyAdd(x2, of2, a2);
            a3 = T.FusedMultiplyAdd(x3, Weight3(a, of2, weights), a3);
            T b = T.Load(weights + w);
            of2 = Weight2(b, weights + w);
            b0 = T.FusedMultiplyAdd(x0, b, b0);
            b1 = T.FusedMultiplyAdd(x1, Weight1(b, weights + w), b1);
            b2 = T.FusedMultiplyAdd(x2, of2, b2);
            b3 = T.FusedMultiplyAdd(x3, Weight3(b, of2, weights + w), b3);
            T c = T.Load(weights + (2 * w));
            of2 = Weight2(c, weights + (2 * w));
            c0 = T.FusedMultiplyAdd(x0, c, c0);
            c1 = T.FusedMultiplyAdd(x1, Weight1(c, weights + (2 * w)), c1);
            c2 = T.FusedMultiplyAdd(x2, of2, c2);
            c3 = T.FusedMultiplyAdd(x3, Weight3(c, of2, weights + (2 * w)), c3);
            T d = T.Load(weights + (3 * w));
            of2 = Weight2(d, weights + (3 * w));
            d0 = T.FusedMultiplyAdd(x0, d, d0);
            d1 = T.FusedMultiplyAdd(x1, Weight1(d, weights + (3 * w)), d1);
            d2 = T.FusedMultiplyAdd(x2, of2, d2);
            d3 = T.FusedMultiplyAdd(x3, Weight3(d, of2, weights + (3 * w)), d3);
        }

        Keep(sums, a0, a1, a2, a3);
        Keep(sums + (4 * w), b0, b1, b2, b3);
        Keep(sums + (8 * w), c0, c1, c2, c3);
        Keep(sums + (12 * w), d0, d1, d2, d3);
    }

    private static void Keep(float* sums, T a, T b, T c, T d)
    {
        T.Store(a, sums);
        T.Store(b, sums + T.Width);
        T.Store(c, sums + (2 * T.Width));
        T.Store(d, sums + (3 * T.Width));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Number1(T first, float* numbers, nint apart) => TShape.Windows == 1 ? first : T.All(numbers[apart]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Number2(T first, float* numbers, nint apart) => TShape.Windows == 4 ? T.All(numbers[2 * apart]) : first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Number3(T second, float* numbers, nint apart) => TShape.Windows == 4 ? T.All(numbers[3 * apart]) : second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Weight1(T first, float* weights) => TShape.Windows == 1 ? T.Load(weights + _second) : first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Weight2(T first, float* weights) => TShape.Windows == 4 ? first : T.Load(weights + _third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Weight3(T first, T third, float* weights) =>
        TShape.Windows == 4 ? first : TShape.Windows == 2 ? third : T.Load(weights + _fourth);
}
