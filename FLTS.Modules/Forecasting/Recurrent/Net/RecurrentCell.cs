namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>Which recurrent equations.</summary>
internal enum RecurrentCell
{
    Lstm,
    Gru,
}
