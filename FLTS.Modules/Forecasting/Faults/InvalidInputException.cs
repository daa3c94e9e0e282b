namespace FLTS.Forecasting.Faults;

/// <summary>What was sent or stored cannot be used as it is.</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : FltsException(message, inner)
{
    /// <summary>The option that would settle it; null: none does, or it is not known which.</summary>
    public OptionNeeded? Needed
    {
        get;
        init => Details["needed"] = field = value;
    }
}
