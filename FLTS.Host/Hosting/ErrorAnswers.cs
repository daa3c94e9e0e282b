namespace FLTS.Host.Hosting;

/// <summary>Every error is answered with problem details.</summary>
internal static class ErrorAnswers
{
    public static IServiceCollection AddFltsErrors(this IServiceCollection services) =>
        services.AddProblemDetails(o => o.CustomizeProblemDetails = ProblemAnswers.Explain).AddExceptionHandler<ProblemAnswers>();

    public static void UseFltsErrors(this WebApplication app) => app.UseExceptionHandler().UseStatusCodePages();
}
