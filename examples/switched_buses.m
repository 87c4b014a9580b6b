function mpc = switched_buses
%SWITCHED_BUSES  nine buses as they may come out of a register: two bars of one station (5, 10), a capacitor in series
%(between 11 and 8), a line whose rating nobody wrote, a line of direct current, and a village (12, 13) behind an open line
mpc.version = '2';

mpc.baseMVA = 100;

%% bus_i type Pd Qd Gs Bs area Vm Va baseKV zone Vmax Vmin
mpc.bus = [
	1	3	0	0	0	0	1	1	0	345	1	1.1	0.9;
	2	2	0	0	0	0	1	1	0	345	1	1.1	0.9;
	3	2	0	0	0	0	1	1	0	345	1	1.1	0.9;
	4	1	0	0	0	0	1	1	0	345	1	1.1	0.9;
	5	1	90	30	0	0	1	1	0	345	1	1.1	0.9;
	6	1	0	0	0	0	1	1	0	345	1	1.1	0.9;
	7	1	100	35	0	0	1	1	0	345	1	1.1	0.9;
	8	1	0	0	0	0	1	1	0	345	1	1.1	0.9;
	9	1	125	50	0	0	1	1	0	345	1	1.1	0.9;
	10	1	20	5	0	0	1	1	0	345	1	1.1	0.9;
	11	1	0	0	0	0	1	1	0	345	1	1.1	0.9;
	12	1	4	1	0	0	1	1	0	345	1	1.1	0.9;
	13	1	3	1	0	0	1	1	0	345	1	1.1	0.9;
];

%% bus Pg Qg Qmax Qmin Vg mBase status Pmax Pmin
mpc.gen = [
	1	0	0	300	-300	1	100	1	250	10;
	2	163	0	300	-300	1	100	1	300	10;
	3	85	0	300	-300	1	100	1	270	10;
];

%% fbus tbus r x b rateA rateB rateC ratio angle status angmin angmax
mpc.branch = [
	1	4	0	0.0576	0	250	250	250	0	0	1	-360	360;
	4	5	0.017	0.092	0.158	250	250	250	0	0	1	-360	360;
	10	6	0.039	0.17	0.358	150	150	150	0	0	1	-360	360;
	3	6	0	0.0586	0	300	300	300	0	0	1	-360	360;
	6	7	0.0119	0.1008	0.209	150	150	150	0	0	1	-360	360;
	7	11	0.0085	0.102	0.149	250	250	250	0	0	1	-360	360;
	8	2	0	0.0625	0	250	250	250	0	0	1	-360	360;
	8	9	0.032	0.161	0.306	250	250	250	0	0	1	-360	360;
	9	4	0.01	0.085	0.176	0	0	0	0	0	1	-360	360;
	5	10	0	0	0	0	0	0	0	0	1	-360	360;
	11	8	0	-0.03	0	250	250	250	0	0	1	-360	360;
	12	13	0.02	0.1	0	50	50	50	0	0	1	-360	360;
	9	12	0.02	0.1	0	50	50	50	0	0	0	-360	360;
];

%% fbus tbus status Pf Pt Qf Qt Vf Vt Pmin Pmax QminF QmaxF QminT QmaxT loss0 loss1
mpc.dcline = [
	6	9	1	10	0	0	0	0	0	0	50	-10	10	-10	10	0.1	0.01;
];
