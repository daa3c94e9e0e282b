using System.Text;

namespace FLTS.Modules.Datasets.Preview;

/// <summary>The form of a file's times, told from one of them, in the letters of <c>time_format</c>.</summary>
internal static class TimeForm
{
    private static readonly string[] _yearFirst = ["yyyy", "MM", "dd", "HH", "mm", "ss", "FFFFFFF"];
    private static readonly string[] _dayFirst = ["dd", "MM", "yyyy", "HH", "mm", "ss", "FFFFFFF"];
    private static readonly string[] _monthFirst = ["MM", "dd", "yyyy", "HH", "mm", "ss", "FFFFFFF"];

    /// <param name="text">As the file has it.</param>
    /// <param name="time">As it was read.</param>
    public static string Of(string text, DateTime time)
    {
        text = text.Trim();
        if (text.All(c => char.IsAsciiDigit(c) || c == '.'))
            return OfDigits(text.Split('.')[0].Length, time, text);

        var numbers = Numbers(text);
        var letters = numbers switch
        {
            [{ Length: 4 }, ..] => _yearFirst,
            [{ } first, { } second, ..] when int.Parse(first, null) == time.Month && int.Parse(second, null) == time.Day
                && time.Month != time.Day => _monthFirst,
            _ => _dayFirst,
        };
        return Written(text, numbers.Count > 0 && numbers[0].Length == 8 ? ["yyyyMMdd", "HHmmss"] : letters);
    }

    private static string OfDigits(int digits, DateTime time, string text) => digits switch
    {
        4 => "yyyy",
        6 => "yyyyMM",
        8 => "yyyyMMdd",
        10 when text.StartsWith($"{time:yyyyMMdd}", StringComparison.Ordinal) => "yyyyMMddHH",
        12 => "yyyyMMddHHmm",
        14 => "yyyyMMddHHmmss",
        5 => "excel_days",
        <= 10 => "epoch_seconds",
        <= 13 => "epoch_milliseconds",
        <= 16 => "epoch_microseconds",
        _ => "epoch_nanoseconds",
    };

    private static List<string> Numbers(string text)
    {
        var (numbers, start) = (new List<string>(), -1);
        for (var i = 0; i <= text.Length; i++)
        {
            var isDigit = i < text.Length && char.IsAsciiDigit(text[i]);
            if (isDigit && start < 0)
                start = i;
            if (isDigit || start < 0)
                continue;
            numbers.Add(text[start..i]);
            start = -1;
        }

        return numbers;
    }

    private static string Written(string text, string[] letters)
    {
        var (form, next) = (new StringBuilder(), 0);
        for (var i = 0; i < text.Length;)
        {
            var isZone = next > 3 && text[i] is '+' or '-';
            if (isZone || (next > 3 && char.IsAsciiLetter(text[i]) && text[i] is not ('T' or 't')))
                return form.Append(isZone ? "zzz" : text[i] is 'Z' or 'z' ? "K" : text[i..]).ToString();

            var end = i;
            if (char.IsAsciiDigit(text[i]))
            {
                while (end < text.Length && char.IsAsciiDigit(text[end]))
                    end++;
                form.Append(next < letters.Length ? letters[next++] : text[i..end]);
            }
            else if (char.IsAsciiLetter(text[i]))
            {
                while (end < text.Length && char.IsAsciiLetter(text[end]))
                    end++;
                form.Append(end - i >= 3 ? "MMM" : $"'{text[i..end]}'");
                if (end - i >= 3)
                    next = Math.Max(next, 1) + (next == 1 ? 1 : 0);
            }
            else
            {
                form.Append(text[end++]);
            }

            i = end;
        }

        return form.ToString();
    }
}
