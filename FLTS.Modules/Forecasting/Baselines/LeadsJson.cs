using System.Text.Json;
using System.Text.Json.Nodes;
using FLTS.Forecasting.Json;
using FLTS.Forecasting.Leads;

namespace FLTS.Forecasting.Baselines;

/// <summary><see cref="LeadsModel"/> as a JSON document.</summary>
internal static class LeadsJson
{
    public static byte[] Write(LeadsModel model)
    {
        var json = new JsonObject
        {
            ["model_type"] = model.Signature.ModelType,
            ["lead_mode"] = JsonFormat.NameOf(LeadMode.Direct),
            ["input_len"] = model.Signature.InputLength,
            ["is_seasonal"] = model.IsSeasonal,
            ["scale"] = JsonSerializer.SerializeToNode(model.Scale, JsonFormat.Snake),
            ["knots"] = JsonSerializer.SerializeToNode(model.Knots, JsonFormat.Snake),
        };
        if (model.Carried is not null)
            json["profile"] = model.Carried.ToJson();
        return JsonSerializer.SerializeToUtf8Bytes(json);
    }

    /// <summary>Whether a document is one of these, and not of a model that is fed back.</summary>
    public static bool IsDirect(JsonObject json) =>
        json["lead_mode"]?.GetValue<string>() == JsonFormat.NameOf(LeadMode.Direct);

    /// <exception cref="CorruptArtifactException">It does not fit the signature.</exception>
    public static LeadsModel Read(ModelSignature signature, JsonObject json)
    {
        var (type, columns, targets) = (signature.ModelType, signature.Inputs.Count, signature.Targets.Count);
        var scale = json["scale"].Deserialize<ColumnSpread[]>(JsonFormat.Snake);
        var knots = json["knots"].Deserialize<KnotModel[]>(JsonFormat.Snake);
        var seasonal = json["is_seasonal"]?.GetValue<bool>() == true;
        var profile = json["profile"] is JsonObject carried ? CarriedSeason.FromJson(carried, targets, type) : null;
        var fits = scale?.Length == columns
            && scale.All(s => s is not null && double.IsFinite(s.Mean) && s.Deviation is not 0 and < double.PositiveInfinity)
            && knots is [{ Lead: 1 }, ..]
            && knots.Zip(knots.Skip(1)).All(pair => pair.First?.Lead < pair.Second?.Lead)
            && knots.All(k => k.Coefficients?.Length == targets
                && (k.Terms == LeadTerms.Lags || seasonal)
                && k.Coefficients.All(b => b is null || (b.All(double.IsFinite)
                    && b.Length == KnotModel.Features(k.Terms, signature.InputLength, columns, targets))))
            && json["input_len"]?.GetValue<int>() == signature.InputLength;
        return fits
            ? new LeadsModel(signature, scale!, knots!, seasonal, profile)
            : throw new CorruptArtifactException(
                $"{type}: model.json does not fit {columns} columns, {targets} targets and input_len {signature.InputLength}.");
    }
}
