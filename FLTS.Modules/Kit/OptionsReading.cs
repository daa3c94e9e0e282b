using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace FLTS.Modules.Kit;

/// <summary>Options whose values must also fit each other.</summary>
public interface ICheckedTogether
{
    /// <summary>What the range or choice of a single setting cannot say.</summary>
    /// <exception cref="InvalidInputException">Settings that do not fit; the message names one and says what would be right.</exception>
    void CheckTogether();
}

/// <summary>
/// The one way to options: a record is bound from its section and checked at start. A property declares what it may be once, as
/// <see cref="RangeAttribute"/> or <see cref="AllowedValuesAttribute"/>; its initial value is its default.
/// </summary>
public static class OptionsReading
{
    /// <summary>Binds and checks; what the section leaves out has its default.</summary>
    /// <exception cref="InvalidInputException">A setting is unknown, of the wrong type, out of range or none of the choices;
    /// the message names it.</exception>
    public static TOptions Read<TOptions>(IConfigurationSection section)
        where TOptions : class, new()
    {
        RefuseOthers(section, typeof(TOptions));
        try
        {
            var options = section.Get<TOptions>() ?? new TOptions();
            Check(options, section.Path);
            return options;
        }
        catch (InvalidOperationException e) when (e.InnerException is FormatException or ArgumentException)
        {
            throw new InvalidInputException(e.Message, e); // The binder's sentence names the setting, its value and what it must be.
        }
    }

    /// <param name="options">Any options record.</param>
    /// <param name="section">Its section, for the message.</param>
    /// <exception cref="InvalidInputException">The first setting that is wrong.</exception>
    public static void Check(object options, string section)
    {
        foreach (var property in options.GetType().GetProperties())
        {
            var value = property.GetValue(options);
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && !IsWithin(range, value))
                throw new InvalidInputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{section}:{property.Name} is {value}; it must be between {range.Minimum} and {range.Maximum}."));
            if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } choice && !choice.Values.Contains(value))
                throw new InvalidInputException(
                    $"{section}:{property.Name} is '{value}'; it must be {string.Join(" or ", choice.Values.Select(v => $"'{v}'"))}.");
        }

        (options as ICheckedTogether)?.CheckTogether();
    }

    private static void RefuseOthers(IConfigurationSection section, Type options)
    {
        var properties = options.GetProperties().Where(p => p.CanWrite).ToList();
        SettingNames.RefuseOthers(section, [.. properties.Select(p => p.Name)]);
        foreach (var inner in properties.Where(p => p.PropertyType.Assembly == options.Assembly && p.PropertyType.IsClass))
            RefuseOthers(section.GetSection(inner.Name), inner.PropertyType);
    }

    /// <summary>NaN is within nothing.</summary>
    private static bool IsWithin(RangeAttribute range, object? value)
    {
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return number >= Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture)
            && number <= Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
    }
}
