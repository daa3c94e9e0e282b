namespace FLTS.Forecasting.Recurrent.Net;

/// <summary>
/// Learning rate over the epochs: constant; falling along half a cosine to 0 (SGDR without restarts, Loshchilov and Hutter 2017);
/// or halved whenever two epochs in a row brought no better validation loss (train loss where nothing validates).
/// </summary>
public enum LearningRateSchedule
{
    Constant,
    Cosine,
    Plateau,
}
