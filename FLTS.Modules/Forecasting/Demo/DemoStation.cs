namespace FLTS.Modules.Forecasting.Demo;

public static class DemoStation { public static void Write(Stream s, int rows, int seed) => throw new NotImplementedException(); }
