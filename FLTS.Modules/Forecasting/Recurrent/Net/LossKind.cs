namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>What is minimised: squared error, absolute error, or Huber's loss, each on standardised targets.</summary>
public enum LossKind
{
    Mse,
    Mae,
    Huber,
}
